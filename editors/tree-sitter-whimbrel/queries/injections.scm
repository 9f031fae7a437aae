((models_clause (fence (fence_body) @injection.content)) (#set! injection.language "python"))
((example_clause (fence (fence_body) @injection.content)) (#set! injection.language "python"))
((text_clause (fence (fence_body) @injection.content)) (#set! injection.language "markdown"))
((fix_clause (fence (fence_body) @injection.content)) (#set! injection.language "markdown"))
