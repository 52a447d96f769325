/// How pages look: dark, for pictures of lungs are.
enum PageStyle {
    static let text = """
        body { background: #111317; color: #ebeef2; font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; \
        max-width: 1120px; padding: 0 1em; }
        h1 { font-size: 1.5em; } h2 { font-size: 1.25em; margin-top: 2em; border-bottom: 1px solid #3e454f; }
        h3 { font-size: 1em; color: #9ea7b3; } code { font-size: .9em; }
        table { border-collapse: collapse; } td, th { padding: .15em .8em .15em 0; text-align: left; vertical-align: top; }
        p, td { overflow-wrap: anywhere; } th { color: #9ea7b3; font-weight: normal; white-space: nowrap; }
        .numbers td { text-align: right; }
        .plot { fill: #1b1f25; } .rule { stroke: #3e454f; }
        svg text { fill: #ebeef2; font: 12px system-ui, sans-serif; } svg { max-width: 100%; height: auto; }
        .sheet { display: flex; flex-wrap: wrap; gap: 10px; }
        figure { margin: 0; background: #1b1f25; } img { display: block; }
        figcaption { color: #9ea7b3; font-size: 12px; line-height: 1.35; padding: 4px 6px; max-width: 340px; }
        .verdict { padding: .6em 1em; border-left: 6px solid; background: #1b1f25; font-size: 1.1em; } \
        .good { border-color: #8fd06a; } .bad { border-color: #ff5a4f; color: #ff8078; } td.bad { color: #ff8078; }
        .scroll { overflow-x: auto; } .charts { display: flex; flex-wrap: wrap; gap: 18px; } .note { color: #9ea7b3; white-space: nowrap; }
        details { margin: .8em 0; } summary { color: #9ea7b3; cursor: pointer; }
        footer { color: #9ea7b3; margin: 3em 0 1em; }
        """
}
