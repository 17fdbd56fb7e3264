from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.marshal.light_curve import Detection, LightCurve, Limit, light_curve
from tests.support.packets import prv_point, ztf_packet

JD = 2461367.5
ALL = frozenset({0, 1, 2, 3})


def curve_of(*prv, **alert):
    record = read_packet(ztf_packet(jd=JD, prv=prv, **alert)).records[0]
    return light_curve(History.empty("ztf", "ZTF20aaaaaaa").merged(record, "p"), ALL)


def test_upper_limit_is_not_a_detection():
    curve = curve_of(prv_point(JD - 2, fid=2, diffmaglim=20.25), fid=1, magpsf=18.5, sigmapsf=0.08)
    assert curve.limits == (Limit(61365.0, "r", 20.25),)
    assert [point.band for point in curve.detections] == ["g"]
    assert curve.bands == ("g", "r")


def test_points_come_in_order_of_time_and_the_alert_itself_is_among_them():
    curve = curve_of(prv_point(JD - 1, 19.0), prv_point(JD - 3, 19.5), magpsf=18.5)
    assert [round(point.mjd) for point in curve.detections] == [61364, 61366, 61367]
    assert round(curve.detections[-1].mag, 3) == 18.5


def test_fainter_than_the_reference_is_told():
    curve = curve_of(prv_point(JD - 1, 19.0, isdiffpos="f"), isdiffpos="1")
    assert [point.brighter for point in curve.detections] == [False, True]


def test_summary_says_what_the_plot_shows():
    detections = (
        Detection(60000.0, "g", 18.0, 0.04, True),
        Detection(60010.5, "r", 19.0, 0.1, True),
    )
    curve = LightCurve(detections, (Limit(59999.0, "i", 20.0),))
    assert curve.summary == (
        "2 detections, 1 upper limit in g, r, i over 10.5 days; brightest 18.00 in g; "
        "last 19.00 ± 0.10 in r"
    )
    assert LightCurve((), ()).summary == "0 detections, 0 upper limits"
