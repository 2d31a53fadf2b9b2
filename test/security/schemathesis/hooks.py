"""What is asked of every answer of ours: no 5xx, nothing of our inside; and a tally of what was sent."""

import atexit
import json
import os
import re
import threading
from collections import Counter

import schemathesis

TALLY = os.environ["TIAOWEN_FUZZ_TALLY"]
HOME = re.escape(os.environ["TIAOWEN_FUZZ_HOME"])
INSIDE = re.compile(r"node_modules|\n\s+at \S|file://|/src/[a-z]|[\w-]+\.ts:\d|SQLITE_|node:internal|" + HOME)

counts: Counter = Counter()
faults: list = []
lock = threading.Lock()


@schemathesis.hook
def after_call(context, case, response):
    status = response.status_code
    text = response.content.decode("utf-8", "replace")
    sent = f"{case.path_parameters} {case.query} {case.headers} {case.body}"
    # what was sent may come back in a refusal; what was not sent may not
    shown = [found for found in INSIDE.findall(text) if found not in sent] if status >= 400 else []
    with lock:
        counts[str(status)] += 1
        if (status >= 500 or shown) and len(faults) < 50:
            faults.append({"status": status, "at": f"{case.method} {case.path}", "sent": sent[:600], "answer": text[:600]})
        if sum(counts.values()) % 200 == 0:
            write()


@atexit.register
def write():
    with open(TALLY, "w", encoding="utf-8") as file:
        json.dump({"counts": counts, "faults": faults}, file, ensure_ascii=False, default=str)
