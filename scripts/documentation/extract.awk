# Writes a Swift file for each document with ```swift blocks; see scripts/snippets.sh.
# -v out=FOLDER; prints the number of blocks.

# The text of a documentation line: all of a Markdown line, what follows `///` in Swift.
function content(line) {
    if (!isSwift) return line
    if (line !~ /^[ \t]*\/\/\//) return "\001"
    sub(/^[ \t]*\/\/\/ ?/, "", line)
    return line
}

function begin(name) {
    path = sprintf("%s/%03d.swift", out, ++files)
    number = 0
    body = given = imports = ""
    hasExtension = isOpen = inside = inGiven = 0
    isSwift = name ~ /\.swift$/
}

# Ends with the line at which a block and the file that it repeats part.
function differs(line) {
    printf "%s:%d: the block is not %s: %s\n", FILENAME, FNR, same, line > "/dev/stderr"
    failed = 1
    exit 1
}

# Writes the function of the block at hand, unless the next one continues it.
function flush() {
    if (!isOpen) return
    file = path
    head = "import Gestalt\nimport GestaltCommand\n"
    if (imports != "") {
        head = imports
        file = sprintf("%s/%03d.swift", out, ++files)
    } else if (hasExtension) {
        file = sprintf("%s/%03d.swift", out, ++files)
    }
    if (!(file in started)) printf "%s", head > file
    started[file] = 1
    if (hasExtension) printf "%s%s#sourceLocation()\n", givenText, body > file
    else {
        effects = body ~ /(^|[^A-Za-z])await[^A-Za-z]/ ? "async throws" : "throws"
        printf "private func snippet%d() %s {\n%s%s#sourceLocation()\n}\n", ++functions, effects, \
            givenText, body > file
    }
    isOpen = 0
    body = imports = givenText = ""
    hasExtension = 0
}

FNR == 1 { flush(); begin(FILENAME) }

{ text = content($0) }

# A table whose column of code is compiled, each code span for itself.
!inside && text ~ /^ *<!-- compile column [0-9]+ -->/ {
    flush()
    column = text
    gsub(/[^0-9]/, "", column)
    row = 0
    next
}
column && text ~ /^\|/ {
    if (++row == 1) {
        isOpen = 1
        givenText = given
        given = body = ""
    }
    if (row <= 2) next
    gsub(/\\\|/, "\002", text)
    split(text, cells, "|")
    spans = split(cells[column + 1], parts, "`")
    for (i = 2; i <= spans; i += 2) {
        gsub(/\002/, "|", parts[i])
        body = body sprintf("#sourceLocation(file: \"%s\", line: %d)\ndo { %s }\n", FILENAME, FNR, parts[i])
        count++
    }
    next
}
column && row && text !~ /^\|/ { flush(); column = 0 }
isSwift && text == "\001" { inside = inGiven = 0; next }

inGiven {
    if (text ~ /-->/) { sub(/-->.*/, "", text); inGiven = 0 }
    given = given text "\n"
    next
}
!inside && text ~ /^ *<!-- continued -->/ { continues = 1; next }
!inside && text ~ /^ *<!-- given:/ {
    sub(/^ *<!-- given:/, "", text)
    if (text ~ /-->/) sub(/-->.*/, "", text)
    else inGiven = 1
    given = given text "\n"
    next
}
!inside && text ~ /^ *<!-- file: [^ ]+ -->/ {
    same = text
    sub(/^ *<!-- file: /, "", same)
    sub(/ -->.*/, "", same)
    next
}
!inside && text ~ /^ *```swift *$/ {
    if (!continues) flush()
    continues = 0
    inside = isOpen = 1
    count++
    indent = match(text, /[^ ]/) - 1
    if (body == "") givenText = given
    else body = body given
    given = ""
    body = body sprintf("#sourceLocation(file: \"%s\", line: %d)\n", FILENAME, FNR + 1)
    next
}
inside && text ~ /^ *``` *$/ {
    inside = 0
    if (same != "" && (getline line < same) > 0) differs(line)
    same = ""
    next
}
inside {
    text = substr(text, indent + 1)
    if (same != "" && ((getline line < same) <= 0 || line != text)) differs(text)
    if (text ~ /^import /) { imports = imports text "\n"; text = "" }
    if (text ~ /^@main/) { sub(/^@main ?/, "", text); hasExtension = 1 }
    if (text ~ /^extension /) hasExtension = 1
    body = body text "\n"
}

END {
    if (failed) exit 1
    flush()
    print count
}
