import pytest

MALFORMED = (
    'HTTP 401: Unauthorized (Credentials malformed; expected form "Authorization: token abc123")'
)


def test_sysinfo_answers_without_a_token(client):
    answer = client.get("/api/sysinfo")
    assert answer.status_code == 200
    assert answer.json == {"status": "success", "data": {"gitlog": []}, "version": "1.2.3"}
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("header", [None, "", "token", "token ", "Bearer abc", "abc"])
def test_malformed_credentials_are_told_apart_from_wrong_ones(client, header):
    headers = {} if header is None else {"Authorization": header}
    answer = client.get("/api/candidates", headers=headers)
    assert answer.status_code == 401
    assert answer.json == {
        "status": "error", "message": MALFORMED, "data": {}, "version": "1.2.3",
    }  # fmt: skip


def test_unknown_token_is_unauthorized(client):
    answer = client.get("/api/candidates", headers={"Authorization": "token fritz_00"})
    assert (answer.status_code, answer.json["message"]) == (401, "HTTP 401: Unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nothing"), ("GET", "/api/"), ("PUT", "/api/sysinfo"), ("DELETE", "/api/groups")],
)
def test_unknown_routes_and_methods_are_400_never_405(client, method, path):
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["message"]) == (400, "Invalid API endpoint")
    assert answer.json["data"] == {}


def test_body_that_is_no_json_object_is_400(client, world):
    headers = {"Authorization": f"token {world.token('brita')}"}
    for body in (b"{", b"[1]", b'"x"', b"\xff"):
        answer = client.post("/api/sources", data=body, headers=headers)
        assert (answer.status_code, answer.json["status"]) == (400, "error"), body


def test_body_that_is_too_large_is_400(app, client, world):
    app.config["MAX_CONTENT_LENGTH"] = 100
    headers = {"Authorization": f"token {world.token('brita')}"}
    answer = client.post("/api/sources", data=b"x" * 1000, headers=headers)
    assert (answer.status_code, answer.json["status"]) == (400, "error")


def test_a_bug_is_told_without_its_details(app, client):
    @app.get("/api/broken")
    def broken():
        raise ZeroDivisionError("secret details")

    answer = client.get("/api/broken")
    assert (answer.status_code, answer.json["message"]) == (500, "Internal error")
