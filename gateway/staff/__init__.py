"""The console for the airport's staff: /staff. Sign-in, sessions, and one frame for all desks.

How a desk is added: one module here, its templates in `templates/`, one line in `desks.DESKS`.

    # gateway/staff/inspector.py
    def desk(console: Console) -> Desk:
        inspector = Inspector(console)
        return Desk(
            path="/staff/inspector",                 # where the navigation leads
            title=N_("Boarding"),                    # a text of the catalogue (locale/zh_CN/staff.po)
            icon="bus",                              # a name of templates/icons.html
            roles=frozenset({Role.INSPECTOR, Role.SUPERVISOR}),
            places=(
                page("/staff/inspector", inspector.today),
                page("/staff/inspector/{departure_id}", inspector.manifest),
                act("/staff/inspector/{departure_id}/cancel", inspector.cancel, frozenset({Role.SUPERVISOR})),
                call("/staff/inspector/scans", inspector.scans),
            ),
        )

- The guard lets nobody but `roles` in, at any of the places (a place may name fewer); a test walks all of them.
- `page(path, draw)`: `async draw(request, staff) -> bytes | Response`; bytes are HTML made by
  `console.draw(request, "inspector.html", staff, **values)` from a template that extends "frame.html" (blocks `title`,
  `head`, `main`). Texts: `_("…")` in templates, `console.texts(request)("…")` in code.
- `act(path, work)`: POST of a form; `async work(request, staff, form)`, usually ending in `console.go(path)`. Its
  template has `{% from "forms.html" import keys %}` and `{{ keys(token, form_id) }}` inside the form; without the token,
  or from another site, nothing reaches `work`.
- `act_with_files(path, work, {"photos": 4})`: `act` of a form that may bring files; `async work(request, staff, form,
  files)` gets `files["photos"]`, a tuple of uploads, for `await photos.take(each.content)` (gateway.photos) or
  `await sheets.read(each.content)`. Its template has `{% from "photos.html" import photo_field %}`, the form
  `enctype="multipart/form-data" data-photos`, and the head `asset("photos.js")` and `asset("photos.css")`.
- `call(path, work)`: POST of JSON by fetch(); the script sends `X-Form-Token: document.body.dataset.token`;
  `async work(request, staff, body) -> JSON-ready`; errors come back as problem+json (401 when the session is over: keep
  what you have, and send it again after signing in).
- `console.read(request, staff, service, method, **arguments)` asks; `console.write(request, staff, form, service, method,
  **arguments)` adds `request_id` (one for each form drawn) and `actor` (`staff:<account id>`). `console.note(request,
  staff, "export.taken", subject, **detail)` adds to the chained trail what no service keeps.
- A queue with search, filters, paging, keys, CSV and Excel: `queue.Queue`; see `messages.py`.
- Labels for shelves: `await labels.print_labels([labels.Label(…)], labels.SIZES["62x29"], made_at)`, a PDF.
- Styles and scripts are files of `static/`, named in templates by `{{ asset("inspector.js") }}`; the CSP allows scripts
  and styles of our own only: no inline script, no style attribute. Camera, blob: media and workers of our own are allowed.
- What is wrong is raised as a ServiceError and shown within the frame, in the reader's language.
"""

from gateway.staff.door import routes

__all__ = ["routes"]
