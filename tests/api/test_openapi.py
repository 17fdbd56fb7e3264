import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from tests.support.openapi_answers import NotAsDescribed
from webapp.api.openapi import document, routes
from webapp.api.operation import File, operation


def test_the_document_is_valid_openapi_and_open_to_everybody(client):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    validate(answer.json)
    assert answer.json["openapi"].startswith("3.1")


def test_query_strings_are_parameters_and_bodies_name_their_models(app):
    described = document(app)
    listed = described["paths"]["/api/classification"]["get"]["parameters"]
    by_name = {each["name"]: each for each in listed}
    assert by_name["numPerPage"]["schema"] == {"type": "integer", "minimum": 1, "default": 100}
    assert "default" not in by_name["startDate"]["schema"]
    posted = described["paths"]["/api/classification"]["post"]["requestBody"]["content"]
    assert {each["$ref"] for each in posted["application/json"]["schema"]["anyOf"]} == {
        "#/components/schemas/ClassificationBody",
        "#/components/schemas/SeveralClassifications",
    }
    assert "ClassificationsQuery" not in described["components"]["schemas"]


def test_verbs_and_statuses_are_told(app):
    posted = document(app)["paths"]["/api/taxonomy"]["post"]
    assert "Post taxonomy" in posted["description"]
    assert set(posted["responses"]) == {"200", "400", "401", "403", "429"}
    assert document(app)["paths"]["/api/sysinfo"]["get"]["security"] == []


def test_no_two_routes_share_a_name(app):
    names = [route.name for route in routes(app)]
    assert len(names) == len(set(names))


def test_a_verb_is_demanded_before_the_body_is_read(client, world):
    headers = {"Authorization": f"token {world.token('brita')}"}
    answer = client.post("/api/taxonomy", data=b"{", headers=headers)
    assert answer.status_code == 401
    assert "Post taxonomy" in answer.json["message"]


def test_an_answer_that_is_not_as_described_fails_its_test(app, client):
    class Shape(BaseModel):
        n: int

    @app.get("/api/wrong")
    @operation(answer=Shape, public=True)
    def wrong():
        return {"n": "text"}

    @app.get("/api/file")
    @operation(answer=File("image/png"), public=True)
    def file():
        return {"n": 1}

    with pytest.raises(NotAsDescribed, match="is not of type 'integer'"):
        client.get("/api/wrong")
    with pytest.raises(NotAsDescribed, match="application/json not described"):
        client.get("/api/file")
