namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Reads the rules. After an error it goes on with the next statement, so that all of them are told at once.</summary>
sealed class SieveParser
{
    // Rules are written by people; a file that nests deeper would exhaust the stack.
    const int MostDepth = 200;

    const int MostProblems = 50;

    readonly SieveLexer _lexer;
    readonly List<SieveProblem> _problems;
    int _depth;

    SieveParser(string text, List<SieveProblem> problems)
    {
        _lexer = new SieveLexer(text);
        _problems = problems;
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="text">The rules.</param>
    /// <param name="problems">Is given what is wrong.</param>
    public static IReadOnlyList<Statement> Parse(string text, List<SieveProblem> problems)
    {
        var parser = new SieveParser(text, problems);
        var statements = new List<Statement>();
        while (true)
        {
            parser.ReadStatements(statements);
            if (parser._lexer.IsAtEnd || problems.Count >= MostProblems) return statements;
            problems.Add(new(parser._lexer.At, "There is no block that this brace could close."));
            parser._lexer.TryTake("}");
        }
    }

    /// <summary>Reads up to a closing brace or the end.</summary>
    void ReadStatements(List<Statement> to)
    {
        while (!_lexer.IsAtEnd && !_lexer.IsAt("}") && _problems.Count < MostProblems)
        {
            var (start, depth) = (_lexer.At, _depth);
            try
            {
                to.Add(ReadStatement());
            }
            catch (SyntaxException e)
            {
                _depth = depth;
                _problems.Add(e.Problem);
                _lexer.SkipToStatement(start);
                if (_lexer.IsAt("{")) SkipBlock();
            }
        }
    }

    // The statements of a block whose condition is unknown are still looked at.
    void SkipBlock()
    {
        try
        {
            ReadBlock();
        }
        catch (SyntaxException e)
        {
            _problems.Add(e.Problem);
        }
    }

    Statement ReadStatement()
    {
        var at = _lexer.At;
        if (_lexer.TryTakeVariable(out var variable)) return ReadVariable(at, variable);
        if (_lexer.TryTake("if")) return ReadBranching(at);
        if (_lexer.TryTake("drop")) return new DropStatement(at);
        if (_lexer.TryTake("keep")) return new KeepStatement(at);
        if (_lexer.TryTake("path")) return new PathStatement(at, [.. ReadTexts("the name of a path in quotes, or a list of them").Select(text => text.Literal.Text!)]);
        if (_lexer.TryTake("append!")) return new AppendStatement(at, ReadKey(), ReadValue(), IsForced: true);
        if (_lexer.TryTake("append")) return new AppendStatement(at, ReadKey(), ReadValue(), IsForced: false);
        if (_lexer.TryTake("add!")) return ReadAssignment(at, Assignment.AddForced);
        if (_lexer.TryTake("add")) return ReadAssignment(at, Assignment.Add);
        if (_lexer.TryTake("update")) return ReadAssignment(at, Assignment.Update);
        if (_lexer.TryTake("remove")) return new RemoveStatement(at, ReadKey());
        throw Expected("'if', 'drop', 'keep', 'path', 'add', 'add!', 'update', 'remove', 'append', 'append!' or a variable");
    }

    VariableStatement ReadVariable(int at, string variable)
    {
        Take("=");
        var key = _lexer.At;
        return _lexer.TryTakeName(out var name) ? new VariableStatement(at, variable, new Key(key, name, IsVariable: false)) : throw Expected("the name of a field");
    }

    Statement ReadAssignment(int at, Assignment how)
    {
        var key = ReadKey();
        if (_lexer.TryTake("+=")) return new ShiftStatement(at, how, key, ReadValue(), IsBackwards: false);
        if (_lexer.TryTake("-=")) return new ShiftStatement(at, how, key, ReadValue(), IsBackwards: true);
        if (_lexer.TryTake("=")) return new AssignStatement(at, how, key, ReadValue());
        throw Expected("'=', '+=' or '-='");
    }

    BranchingStatement ReadBranching(int at)
    {
        var clauses = new List<Clause>();
        var otherwise = new List<Statement>();
        do clauses.Add(new Clause(ReadCondition(), ReadBlock()));
        while (_lexer.TryTake("elif"));
        if (_lexer.TryTake("else")) otherwise = ReadBlock();
        return new BranchingStatement(at, clauses, otherwise);
    }

    Expression ReadCondition()
    {
        var (at, depth) = (_lexer.At, _depth);
        try
        {
            var condition = ReadExpression();
            return _lexer.IsAt("{") ? condition : throw Expected("'&&' or '||' or '{'");
        }
        catch (SyntaxException e)
        {
            if (!_lexer.TrySkipToBlock(at)) throw;
            _depth = depth;
            _problems.Add(e.Problem);
            return new AnyOf(at, []);
        }
    }

    List<Statement> ReadBlock()
    {
        Take("{");
        Enter();
        var statements = new List<Statement>();
        ReadStatements(statements);
        _depth--;
        Take("}");
        return statements;
    }

    Expression ReadExpression()
    {
        Enter();
        var expression = ReadRow("||", static (at, parts) => new AnyOf(at, parts), () => ReadRow("&&", static (at, parts) => new AllOf(at, parts), ReadTerm));
        _depth--;
        return expression;
    }

    Expression ReadRow(string separator, Func<int, List<Expression>, Expression> combine, Func<Expression> readPart)
    {
        var at = _lexer.At;
        var parts = new List<Expression> { readPart() };
        while (_lexer.TryTake(separator)) parts.Add(readPart());
        return parts.Count == 1 ? parts[0] : combine(at, parts);
    }

    Expression ReadTerm()
    {
        var at = _lexer.At;
        if (_lexer.TryTake("!")) return new Not(at, ReadPositiveTerm());
        return ReadPositiveTerm();
    }

    Expression ReadPositiveTerm()
    {
        if (!_lexer.TryTake("(")) return ReadMatch();
        var inner = ReadExpression();
        Take(")");
        return inner;
    }

    Comparison ReadMatch()
    {
        var at = _lexer.At;
        if (_lexer.TryTake(":exists")) return new ExistenceMatch(at, ReadKey(), Exists: true);
        if (_lexer.TryTake(":notexists")) return new ExistenceMatch(at, ReadKey(), Exists: false);

        var key = ReadKey();
        // Of two that begin alike the longer one comes first.
        if (_lexer.TryTake("==")) return ReadComparison(at, key, isEqual: true);
        if (_lexer.TryTake("!=")) return ReadComparison(at, key, isEqual: false);
        if (_lexer.TryTake("=~")) return new TextMatch(at, key, TextOperator.Matches, [ReadText()]);
        if (_lexer.TryTake("!~")) return new TextMatch(at, key, TextOperator.DoesNotMatch, [ReadText()]);
        if (_lexer.TryTake(":containsany")) return new TextMatch(at, key, TextOperator.ContainsAny, ReadTextList());
        if (_lexer.TryTake(":contains")) return new TextMatch(at, key, TextOperator.Contains, [ReadText()]);
        if (_lexer.TryTake(":regexin")) return new TextMatch(at, key, TextOperator.MatchesAny, ReadTextList());
        if (_lexer.TryTake(":in")) return ReadMembership(at, key);
        if (_lexer.TryTake("<<")) return new NetworkMatch(at, key, ReadTexts("a network in quotes, or a list of them"));
        if (_lexer.TryTake("<=")) return new NumberMatch(at, key, NumberOperator.AtMost, [ReadNumber()]);
        if (_lexer.TryTake(">=")) return new NumberMatch(at, key, NumberOperator.AtLeast, [ReadNumber()]);
        if (_lexer.TryTake("<")) return new NumberMatch(at, key, NumberOperator.Less, [ReadNumber()]);
        if (_lexer.TryTake(">")) return new NumberMatch(at, key, NumberOperator.Greater, [ReadNumber()]);
        if (_lexer.TryTake(":before")) return new TimeMatch(at, key, IsBefore: true, ReadText());
        if (_lexer.TryTake(":after")) return new TimeMatch(at, key, IsBefore: false, ReadText());
        return ReadListMatch(at, key);
    }

    ListMatch ReadListMatch(int at, Key key)
    {
        ListOperator? kind = _lexer.TryTake(":equals") ? ListOperator.Equal
            : _lexer.TryTake(":setequals") ? ListOperator.SetEqual
            : _lexer.TryTake(":overlaps") ? ListOperator.Overlaps
            : _lexer.TryTake(":subsetof") ? ListOperator.SubsetOf
            : _lexer.TryTake(":supersetof") ? ListOperator.SupersetOf
            : null;
        return kind is { } known
            ? new ListMatch(at, key, known, ReadList(mayBeEmpty: true))
            : throw Expected("an operator: '==', '!=', '=~', '!~', '<', '>', '<=', '>=', '<<', ':contains', ':containsany', ':in', ':regexin', ':before', ':after', ':equals', ':setequals', ':overlaps', ':subsetof' or ':supersetof'");
    }

    Comparison ReadComparison(int at, Key key, bool isEqual)
    {
        var value = ReadValue();
        return value.Literal.TryGetBoolean(out var boolean) ? new BooleanMatch(at, key, isEqual, boolean)
            : value.IsText ? new TextMatch(at, key, isEqual ? TextOperator.Equal : TextOperator.NotEqual, [value])
            : new NumberMatch(at, key, isEqual ? NumberOperator.Equal : NumberOperator.NotEqual, [value]);
    }

    Comparison ReadMembership(int at, Key key)
    {
        var start = _lexer.At;
        var values = ReadList(mayBeEmpty: false);
        return values.All(value => value.IsText) ? new TextMatch(at, key, TextOperator.In, values)
            : values.All(value => value.IsNumber) ? new NumberMatch(at, key, NumberOperator.In, values)
            : throw new SyntaxException(new(start, "Expected a list of texts, or a list of numbers."));
    }

    Key ReadKey()
    {
        var at = _lexer.At;
        if (_lexer.TryTakeVariable(out var variable)) return new Key(at, variable, IsVariable: true);
        return _lexer.TryTakeName(out var name) ? new Key(at, name, IsVariable: false) : throw Expected("the name of a field or a variable");
    }

    Operand ReadValue()
    {
        var at = _lexer.At;
        if (_lexer.TryTakeNumber(out var number)) return new Operand(at, number, null);
        if (_lexer.TryTake("true")) return new Operand(at, true, null);
        if (_lexer.TryTake("false")) return new Operand(at, false, null);
        return TryReadText(out var text) ? text : throw Expected("a text in quotes, a number, true, false or a variable");
    }

    Operand ReadText() => TryReadText(out var text) ? text : throw Expected("a text in quotes or a variable");

    bool TryReadText(out Operand operand)
    {
        var at = _lexer.At;
        if (_lexer.TryTakeText(out var text)) operand = new Operand(at, text, null);
        else operand = new Operand(at, FieldValue.None, _lexer.TryTakeVariable(out var variable) ? variable : null);
        return operand.IsText;
    }

    Operand ReadNumber()
    {
        var at = _lexer.At;
        if (_lexer.TryTakeNumber(out var number)) return new Operand(at, number, null);
        return _lexer.TryTakeVariable(out var variable) ? new Operand(at, FieldValue.None, variable) : throw Expected("a number or a variable");
    }

    /// <summary>One text or a list of them; no variables.</summary>
    List<Operand> ReadTexts(string what)
    {
        var list = _lexer.IsAt("[") ? ReadList(mayBeEmpty: false) : [ReadText()];
        foreach (var item in list)
            if (item.Literal.Text is null)
                throw new SyntaxException(new(item.At, $"Expected {what}."));
        return list;
    }

    List<Operand> ReadTextList()
    {
        var list = ReadList(mayBeEmpty: false);
        foreach (var item in list)
            if (!item.IsText)
                throw new SyntaxException(new(item.At, "Expected a text in quotes or a variable."));
        return list;
    }

    List<Operand> ReadList(bool mayBeEmpty)
    {
        Take("[");
        var list = new List<Operand>();
        if (mayBeEmpty && _lexer.TryTake("]")) return list;
        do list.Add(ReadValue());
        while (_lexer.TryTake(","));
        return _lexer.TryTake("]") ? list : throw Expected("',' or ']'");
    }

    void Take(string characters)
    {
        if (!_lexer.TryTake(characters)) throw Expected($"'{characters}'");
    }

    void Enter()
    {
        if (++_depth > MostDepth) throw new SyntaxException(new(_lexer.At, "Blocks and brackets are nested too deeply."));
    }

    SyntaxException Expected(string what) => new(new(_lexer.At, $"Expected {what}; found {_lexer.Excerpt()}."));

    /// <summary>Ends the reading of a statement.</summary>
    sealed class SyntaxException(SieveProblem problem) : Exception(problem.Message)
    {
        public SieveProblem Problem => problem;
    }
}
