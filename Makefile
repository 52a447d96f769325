# Two commands are all the set-up there is:
#   make demo    installs what is missing, builds, runs the whole pipeline and shows the result (CT=folder: on your own CT)
#   make test    everything that is checked before a change lands
SHELL := /bin/bash
# One configuration for the demo, the tests and the images: numeric Swift is tens of times slower in a debug build.
# No index store: it would be written where the program `index` goes (see Tests/XCTMain.swift).
FLAGS := -c release -Xswiftc -enable-testing --disable-index-store --explicit-target-dependency-import-check error
BIN := .build/release
OURS := Sources Services Tests

.PHONY: demo test model bench bench-index bench-learning bench-labels bench-throughput images format lint build dependencies

dependencies:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: https://www.swift.org/install/linux/debian/12"; exit 1; }
	@Compose/install-dependencies.sh

build: dependencies
	swift build $(FLAGS)

demo: build
	$(BIN)/carina demo $(if $(CT),--ct "$(CT)")

lint:
	swift format lint --strict --parallel --recursive $(OURS) Package.swift
	python3 Protocols/check.py

test: dependencies lint .venv/.test
	swift build $(FLAGS) --build-tests
	swift test $(FLAGS) --disable-xctest --enable-swift-testing --no-parallel --skip-build

# Peers of a few tests, which say so and skip where PyPI is out of reach.
.venv/.test: Tests/requirements.txt
	python3 -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	if .venv/bin/python -m pip install --quiet --requirement $<; then touch $@; else echo "PyPI is out of reach"; fi

# The model that comes with the trainer, on phantoms: RECIPE=file …, see Tests/Benchmarks/Model/ShipModel.swift. Build again after it.
model: dependencies
	swift build $(FLAGS) --product carina-benchmarks
	$(BIN)/carina-benchmarks ship-model $(if $(RECIPE),--recipe "$(RECIPE)")

bench: build
	$(BIN)/carina-benchmarks

# The neighbor index beside FAISS, hnswlib and usearch: SETS=a,b COUNT=1000000 KEEP=1 …, see Tests/Benchmarks/Index/bench.py.
bench-index: dependencies .venv/.bench-index
	swift build $(FLAGS) --product carina-benchmarks
	.venv/bin/python -B Tests/Benchmarks/Index/bench.py

.venv/.bench-index: Tests/Benchmarks/Index/requirements.txt
	python3 -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	.venv/bin/python -m pip install --quiet --requirement $<
	touch $@

# The learning engine beside PyTorch and ONNX Runtime: SETTINGS=quick SECONDS=4 …, see Tests/Benchmarks/Learning/bench.py.
bench-learning: dependencies .venv/.bench-learning
	swift build $(FLAGS) --product carina-benchmarks
	.venv/bin/python -B Tests/Benchmarks/Learning/bench.py

.venv/.bench-learning: Tests/Benchmarks/Learning/requirements.txt
	python3 -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	.venv/bin/python -m pip install --quiet --requirement $<
	touch $@

# Lung masks beside the same steps in scipy and scikit-image: COUNT=60 …, see Tests/Benchmarks/Labels/bench.py.
bench-labels: dependencies .venv/.bench-labels
	swift build $(FLAGS) --product carina-benchmarks
	.venv/bin/python -B Tests/Benchmarks/Labels/bench.py

.venv/.bench-labels: Tests/Benchmarks/Labels/requirements.txt
	python3 -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	.venv/bin/python -m pip install --quiet --requirement $<
	touch $@

# Slices a second from DICOM on disk to durable embedding, and one query: COUNT=500 CT=folder …, see Tests/Benchmarks/Throughput/bench.py.
bench-throughput: build
	python3 -B Tests/Benchmarks/Throughput/bench.py

images: build
	Compose/build-images.sh

format:
	swift format --in-place --parallel --recursive $(OURS) Package.swift
