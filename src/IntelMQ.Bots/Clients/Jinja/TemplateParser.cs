namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Reads statements.</summary>
sealed class TemplateParser
{
    const int MostDepth = 100;

    readonly TokenReader _tokens;
    readonly ExpressionParser _expressions;
    int _depth;

    TemplateParser(TokenReader tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static Statement[] Parse(string source, string name)
    {
        var parser = new TemplateParser(new TokenReader(TemplateLexer.Read(source, name), name));
        return parser.ReadBody([]);
    }

    /// <summary>Reads up to a block that begins with one of these words; its word has been read then, but not its end.</summary>
    Statement[] ReadBody(string[] ends)
    {
        if (++_depth > MostDepth) throw _tokens.Wrong("statements are nested too deeply");
        var body = new List<Statement>();
        while (true)
        {
            if (_tokens.TryTake(TokenKind.Data, out var data))
            {
                body.Add(new TextStatement(data.Text));
            }
            else if (_tokens.TryTake(TokenKind.VariableBegin, out _))
            {
                body.Add(new OutputStatement(_expressions.ReadTuple()));
                _tokens.Take(TokenKind.VariableEnd);
            }
            else if (_tokens.TryTake(TokenKind.BlockBegin, out _))
            {
                if (_tokens.Next.Kind == TokenKind.Name && ends.Contains(_tokens.Next.Text)) break;
                body.Add(ReadStatement());
            }
            else
            {
                if (ends.Length > 0) throw _tokens.Wrong($"expected {string.Join(" or ", ends.Select(end => $"'{{% {end} %}}'"))}");
                break;
            }
        }

        _depth--;
        return [.. body];
    }

    Statement[] ReadBlock(string end)
    {
        EndTag();
        var body = ReadBody([end]);
        _tokens.TakeName(end);
        EndTag();
        return body;
    }

    void EndTag() => _tokens.Take(TokenKind.BlockEnd);

    Statement ReadStatement()
    {
        var word = _tokens.TakeName();
        switch (word)
        {
            case "if": return ReadIf();
            case "for": return ReadFor();
            case "set": return ReadSet();
            case "with": return ReadWith();
            case "macro": return ReadMacro();
            case "call": return ReadCall();
            case "filter": return new FilterStatement(_expressions.ReadFilters(new Captured()), ReadBlock("endfilter"));
            case "include" or "extends" or "import" or "from" or "block":
                throw _tokens.Wrong($"'{word}' needs other templates, which there are none of here");
            default:
                throw _tokens.Wrong($"there is no statement '{word}'; expected if, for, set, with, macro, call, filter or raw");
        }
    }

    IfStatement ReadIf()
    {
        var branches = new List<(Expression, Statement[])>();
        var otherwise = Array.Empty<Statement>();
        var condition = _expressions.Read();
        while (true)
        {
            EndTag();
            branches.Add((condition, ReadBody(["elif", "else", "endif"])));
            var word = _tokens.TakeName();
            if (word == "elif")
            {
                condition = _expressions.Read();
                continue;
            }

            if (word == "else")
            {
                EndTag();
                otherwise = ReadBody(["endif"]);
                _tokens.TakeName("endif");
            }

            EndTag();
            return new IfStatement([.. branches], otherwise);
        }
    }

    ForStatement ReadFor()
    {
        var target = ReadTarget();
        _tokens.TakeName("in");
        var items = _expressions.ReadTuple(withCondition: false);
        var filter = _tokens.TryTakeName("if") ? _expressions.Read() : null;
        var isRecursive = _tokens.TryTakeName("recursive");
        EndTag();
        var body = ReadBody(["else", "endfor"]);
        var otherwise = Array.Empty<Statement>();
        if (_tokens.TakeName() == "else")
        {
            EndTag();
            otherwise = ReadBody(["endfor"]);
            _tokens.TakeName("endfor");
        }

        EndTag();
        return new ForStatement(target, items, filter, body, otherwise, isRecursive);
    }

    /// <summary>One name, or several that a value is unpacked into.</summary>
    Target ReadTarget()
    {
        var names = new List<Target>();
        do
        {
            if (_tokens.TryTakeOperator("("))
            {
                names.Add(ReadTarget());
                _tokens.TakeOperator(")");
            }
            else
            {
                names.Add(new NameTarget(_tokens.TakeName()));
            }
        }
        while (_tokens.TryTakeOperator(",") && (_tokens.Next.Kind == TokenKind.Name && _tokens.Next.Text != "in" || _tokens.IsOperator("(")));
        return names.Count == 1 ? names[0] : new UnpackingTarget([.. names]);
    }

    Statement ReadSet()
    {
        var target = ReadTarget();
        if (target is NameTarget { Name: var name } && _tokens.TryTakeOperator(".")) target = new AttributeTarget(name, _tokens.TakeName());
        if (_tokens.TryTakeOperator("=")) target = new AssignmentTarget(target, _expressions.ReadTuple());
        if (target is AssignmentTarget assignment)
        {
            EndTag();
            return new SetStatement(assignment.Target, assignment.Value);
        }

        var filters = _expressions.ReadFiltersBehind(new Captured());
        return new SetBlockStatement(target, filters, ReadBlock("endset"));
    }

    /// <summary>Only while a statement is read.</summary>
    sealed record AssignmentTarget(Target Target, Expression Value) : Target
    {
        public override void Assign(Scope scope, object? value) => Target.Assign(scope, value);
    }

    WithStatement ReadWith()
    {
        var values = new List<(Target, Expression)>();
        while (_tokens.Next.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0) _tokens.TakeOperator(",");
            var target = new NameTarget(_tokens.TakeName());
            _tokens.TakeOperator("=");
            values.Add((target, _expressions.Read()));
        }

        return new WithStatement([.. values], ReadBlock("endwith"));
    }

    MacroStatement ReadMacro()
    {
        var name = _tokens.TakeName();
        return new MacroStatement(name, ReadParameters(), ReadBlock("endmacro"));
    }

    Parameter[] ReadParameters()
    {
        var parameters = new List<Parameter>();
        _tokens.TakeOperator("(");
        while (!_tokens.TryTakeOperator(")"))
        {
            if (parameters.Count > 0) _tokens.TakeOperator(",");
            parameters.Add(new Parameter(_tokens.TakeName(), _tokens.TryTakeOperator("=") ? _expressions.Read() : null));
        }

        return [.. parameters];
    }

    CallStatement ReadCall()
    {
        var parameters = _tokens.IsOperator("(") ? ReadParameters() : [];
        var call = _expressions.Read() as Call ?? throw _tokens.Wrong("expected the call of a macro");
        return new CallStatement(call, parameters, ReadBlock("endcall"));
    }
}

/// <summary>The tokens of a template, one after the other.</summary>
sealed class TokenReader(List<Token> tokens, string template)
{
    int _at;

    public Token Next => tokens[_at];

    public Token Take()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    public bool TryTake(TokenKind kind, out Token token)
    {
        token = Next;
        if (token.Kind != kind) return false;
        Take();
        return true;
    }

    public void Take(TokenKind kind)
    {
        if (!TryTake(kind, out _)) throw Wrong($"expected {(kind == TokenKind.BlockEnd ? "'%}'" : "'}}'")}");
    }

    public bool IsOperator(string text) => Next.Kind == TokenKind.Operator && Next.Text == text;

    public bool IsName(string text) => Next.Kind == TokenKind.Name && Next.Text == text;

    public bool TryTakeOperator(string text)
    {
        if (!IsOperator(text)) return false;
        Take();
        return true;
    }

    public void TakeOperator(string text)
    {
        if (!TryTakeOperator(text)) throw Wrong($"expected '{text}'");
    }

    public bool TryTakeName(string text)
    {
        if (!IsName(text)) return false;
        Take();
        return true;
    }

    public void TakeName(string text)
    {
        if (!TryTakeName(text)) throw Wrong($"expected '{text}'");
    }

    public string TakeName() => TryTake(TokenKind.Name, out var token) ? token.Text : throw Wrong("expected a name");

    public JinjaSyntaxException Wrong(string what)
    {
        var found = Next.Kind switch
        {
            TokenKind.End => "the end of the template",
            TokenKind.Data => "text",
            _ => $"'{Next.Text}'",
        };
        return new JinjaSyntaxException(template, Next.Line, $"{char.ToUpperInvariant(what[0])}{what[1..]}; found {found}.");
    }
}
