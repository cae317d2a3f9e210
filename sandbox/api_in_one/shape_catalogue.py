"""Every shape that a task's reply can be set to, by name."""

import json
from typing import Final

from sandbox.api_in_one.shapes import Fields, Shape, TaskView, Words, flat, in_data

# Codes in the body of a reply that HTTP calls a success.
BODY_CODES: Final = (400, 401, 402, 403, 404, 422, 429, 500, 503)


def _objects(view: TaskView) -> list[dict[str, object]]:
    return [
        {"url": picture.url, "width": picture.width, "height": picture.height, "index": index}
        for index, picture in enumerate(view.pictures)
    ]


def _one_or_many(view: TaskView) -> object:
    return view.urls[0] if len(view.urls) == 1 else view.urls


def _wavespeed(view: TaskView) -> Fields:
    # The vendor behind the API links every task to itself: a URL, but not a picture's.
    return {
        "urls": {"get": f"{view.origin}/api/v1/tasks/{view.task_id}"},
        "model": "kwaivgi/kling-image-o1",
        "outputs": view.urls if view.state == "completed" else [],
        "has_nsfw_contents": [False] * len(view.urls),
        "created_at": view.created_at,
    }


def _echo_in_each_result(view: TaskView) -> Fields:
    return {
        "results": [
            {"source_images": view.references, "prompt": view.request.get("prompt"), "url": url}
            for url in view.urls
        ]
    }


def _body_code(code: int) -> Shape:
    body = {"code": code, "message": f"the body says {code}", "data": None}
    return Shape(f"always HTTP 200 with code {code} in the body", lambda _: {}, fixed=body)


_PLACES: Final = {
    "documented": Shape(
        "status IN_PROGRESS, completed, failed; data.outputs: URLs",
        lambda view: {"outputs": view.urls},
    ),
    "data_output": Shape(
        "data.output: URLs; words PROCESSING and SUCCEEDED",
        lambda view: {"output": view.urls},
        Words("PROCESSING", "SUCCEEDED", "FAILURE"),
        reason_field="message",
    ),
    "data_images": Shape(
        "data.images: objects with url and size; words running and succeeded",
        lambda view: {"images": _objects(view)},
        Words("running", "succeeded", "error"),
    ),
    "image_urls": Shape(
        "no envelope, image_urls: URLs; words pending and SUCCESS",
        lambda view: {"image_urls": view.urls},
        Words("pending", "SUCCESS", "FAILED"),
        envelope=flat,
    ),
    "result_text": Shape(
        "data.result: the URL itself, or a list of several; words queued and finished",
        lambda view: {"result": _one_or_many(view)},
        Words("queued", "finished", "rejected"),
    ),
    "results_nested": Shape(
        "data.results: objects with image.file.url; words Processing and Completed",
        lambda view: {"results": [{"image": {"file": {"url": url}}} for url in view.urls]},
        Words("Processing", "Completed", "Failed"),
    ),
    "task_result": Shape(
        "task_status submitted and succeed; data.task_result.images: objects with url",
        lambda view: {"task_result": {"images": _objects(view)}},
        Words("submitted", "succeed", "failed"),
        status_field="task_status",
        reason_field="task_status_msg",
    ),
    "state_response": Shape(
        "state created and done; data.response.result.image_urls: URLs",
        lambda view: {"response": {"result": {"image_urls": view.urls}}},
        Words("created", "done", "cancelled"),
        status_field="state",
        reason_field="fail_reason",
    ),
    "json_text": Shape(
        "state success; data.resultJson: JSON inside a string",
        lambda view: {"resultJson": json.dumps({"resultUrls": view.urls})},
        Words("queuing", "success", "fail"),
        status_field="state",
        reason_field="failMsg",
    ),
    "json_text_each": Shape(
        "data.outputs: every item is JSON inside a string",
        lambda view: {"outputs": [json.dumps(item) for item in _objects(view)]},
    ),
    "lists_in_lists": Shape(
        "data.output: lists of lists of URLs",
        lambda view: {"output": [[[url]] for url in view.urls]},
    ),
    "numbered": Shape(
        'data.images: an object with the keys "0", "1", …',
        lambda view: {"images": {str(index): url for index, url in enumerate(view.urls)}},
    ),
    "single_fields": Shape(
        "data.image_1, data.image_2, …: one field for each URL",
        lambda view: {f"image_{index}": url for index, url in enumerate(view.urls, 1)},
    ),
    "data_urls": Shape(
        "data.images: data: URLs with the pictures themselves",
        lambda view: {"images": [picture.data_url for picture in view.pictures]},
        inline=True,
    ),
    "data_url_objects": Shape(
        "data.output: objects whose url is a data: URL",
        lambda view: {"output": [{"url": picture.data_url} for picture in view.pictures]},
        inline=True,
    ),
    "with_thumbnails": Shape(
        "data.images: objects with url and a thumbnail_url of the same picture",
        lambda view: {
            "images": [{"url": url, "thumbnail_url": f"{url}&thumbnail=1"} for url in view.urls]
        },
    ),
    "wavespeed": Shape(
        "data.outputs is there from the start, data.urls.get links to the task itself",
        lambda _: {},
        Words("processing", "completed", "failed"),
        id_field="id",
        always=_wavespeed,
    ),
    "error_object": Shape(
        "a failure's reason is an object: data.error.message",
        lambda view: {"outputs": view.urls},
        always=lambda view: (
            {"error": {"code": 1301, "message": view.failure}} if view.failure else {}
        ),
        reason_field="failed_reason",
    ),
}

_ECHOES: Final = {
    "echo_request": Shape(
        "data.input repeats the request, reference URLs included; data.output: URLs",
        lambda view: {"output": view.urls},
        always=lambda view: {"input": dict(view.request)},
    ),
    "echo_flat": Shape(
        "the request's fields stand beside data.outputs, so data.images are the references",
        lambda view: {"outputs": view.urls},
        always=lambda view: dict(view.request),
    ),
    "echo_in_results": Shape(
        "every object in data.results repeats the references beside its url", _echo_in_each_result
    ),
    "echo_as_text": Shape(
        "data.param: the request as JSON inside a string; data.resultJson likewise",
        lambda view: {"resultJson": json.dumps({"resultUrls": view.urls})},
        Words("waiting", "success", "fail"),
        status_field="state",
        always=lambda view: {"param": json.dumps(dict(view.request))},
    ),
}

_PROGRESS: Final = {
    "progress_hundred": Shape(
        "data.progress from 0 to 100",
        lambda view: {"outputs": view.urls},
        always=lambda view: {"progress": round(view.progress * 100)},
    ),
    "progress_fraction": Shape(
        "data.progress from 0 to 1",
        lambda view: {"outputs": view.urls},
        always=lambda view: {"progress": round(view.progress, 3)},
    ),
    "percent": Shape(
        "data.percent from 0 to 100, with one decimal",
        lambda view: {"outputs": view.urls},
        always=lambda view: {"percent": round(view.progress * 100, 1)},
    ),
    "percent_text": Shape(
        'data.progress is a text such as "45%"',
        lambda view: {"outputs": view.urls},
        always=lambda view: {"progress": f"{round(view.progress * 100)}%"},
    ),
}

_OTHER_ENDS: Final = {
    "upper_case": Shape(
        "all words in capitals",
        lambda view: {"outputs": view.urls},
        Words("RUNNING", "COMPLETED", "FAILED"),
    ),
    "unknown_word": Shape(
        "a word nobody knows while running",
        lambda view: {"outputs": view.urls},
        Words("warming_up", "completed", "failed"),
    ),
    "expired": Shape(
        "failures are called expired and give no reason at all",
        lambda view: {"outputs": view.urls},
        Words("IN_PROGRESS", "completed", "expired"),
        envelope=lambda fields: in_data({k: v for k, v in fields.items() if k != "error"}),
    ),
    "canceled": Shape(
        "failures are called canceled, with the reason in the envelope's message",
        lambda view: {"outputs": view.urls},
        Words("IN_PROGRESS", "completed", "canceled"),
        envelope=lambda fields: {
            "code": 200,
            "message": fields.get("error", "success"),
            "data": {k: v for k, v in fields.items() if k != "error"},
        },
    ),
    "no_images": Shape("completed, and data.outputs is empty", lambda _: {"outputs": []}),
    "null_images": Shape("completed, and data.outputs is null", lambda _: {"outputs": None}),
    "only_echo": Shape(
        "completed, and the only URLs in the reply are the references",
        lambda _: {},
        always=lambda view: {"input": dict(view.request), "images": view.references},
    ),
    "no_status": Shape(
        "the reply has no status field at all",
        lambda view: {"outputs": view.urls},
        envelope=lambda fields: in_data({k: v for k, v in fields.items() if k != "status"}),
    ),
    **{f"body_code_{code}": _body_code(code) for code in BODY_CODES},
}

SHAPES: Final[dict[str, Shape]] = {**_PLACES, **_ECHOES, **_PROGRESS, **_OTHER_ENDS}
