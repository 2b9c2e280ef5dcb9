namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Reads expressions.</summary>
sealed class ExpressionParser(TokenReader tokens)
{
    const int MostDepth = 100;

    static readonly HashSet<string> Comparisons = new(StringComparer.Ordinal) { "==", "!=", "<", "<=", ">", ">=" };
    static readonly HashSet<string> NoArgument = new(StringComparer.Ordinal) { "else", "or", "and", "is", "if", "in", "not" };

    int _depth;

    /// <summary>An expression, or several with commas between them, which make a tuple.</summary>
    public Expression ReadTuple(bool withCondition = true)
    {
        var first = withCondition ? Read() : ReadOr();
        if (!tokens.IsOperator(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TryTakeOperator(","))
        {
            if (tokens.Next.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.IsOperator(")")) break;
            items.Add(withCondition ? Read() : ReadOr());
        }

        return new TupleExpression([.. items]);
    }

    /// <summary>One expression: <c>a if b else c</c> at the most.</summary>
    public Expression Read()
    {
        if (++_depth > MostDepth) throw tokens.Wrong("the expression is nested too deeply");
        var value = ReadOr();
        while (tokens.TryTakeName("if"))
        {
            var condition = ReadOr();
            value = new Conditional(condition, value, tokens.TryTakeName("else") ? Read() : null);
        }

        _depth--;
        return value;
    }

    Expression ReadOr()
    {
        var left = ReadAnd();
        while (tokens.TryTakeName("or")) left = new Either(left, ReadAnd());
        return left;
    }

    Expression ReadAnd()
    {
        var left = ReadNot();
        while (tokens.TryTakeName("and")) left = new Both(left, ReadNot());
        return left;
    }

    Expression ReadNot()
    {
        if (!tokens.TryTakeName("not")) return ReadComparison();
        if (++_depth > MostDepth) throw tokens.Wrong("the expression is nested too deeply");
        var negated = new Negation(ReadNot());
        _depth--;
        return negated;
    }

    Expression ReadComparison()
    {
        var left = ReadSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Next.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Next.Text))
            {
                rest.Add((tokens.Take().Text, ReadSum()));
            }
            else if (tokens.TryTakeName("in"))
            {
                rest.Add(("in", ReadSum()));
            }
            else if (tokens.IsName("not"))
            {
                tokens.Take();
                tokens.TakeName("in");
                rest.Add(("not in", ReadSum()));
            }
            else
            {
                return rest.Count == 0 ? left : new Comparison(left, [.. rest]);
            }
        }
    }

    Expression ReadSum() => ReadRow(ReadJoin, "+", "-");

    Expression ReadJoin() => ReadRow(ReadProduct, "~");

    Expression ReadProduct() => ReadRow(ReadPower, "*", "/", "//", "%");

    Expression ReadPower() => ReadRow(() => ReadSigned(withFilters: true), "**");

    Expression ReadRow(Func<Expression> part, params ReadOnlySpan<string> operators)
    {
        var left = part();
        while (tokens.Next.Kind == TokenKind.Operator && operators.Contains(tokens.Next.Text)) left = new Calculation(tokens.Take().Text, left, part());
        return left;
    }

    Expression ReadSigned(bool withFilters)
    {
        Expression value;
        if (tokens.IsOperator("-") || tokens.IsOperator("+"))
        {
            if (++_depth > MostDepth) throw tokens.Wrong("the expression is nested too deeply");
            var sign = tokens.Take().Text;
            value = new Signed(sign == "-", ReadSigned(withFilters: false));
            _depth--;
        }
        else
        {
            value = ReadPostfix(ReadPrimary());
        }

        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    Expression ReadPostfix(Expression value)
    {
        while (true)
        {
            if (tokens.TryTakeOperator(".")) value = tokens.Next.Kind == TokenKind.Number ? new Item(value, new Literal(tokens.Take().Value)) : new Member(value, tokens.TakeName());
            else if (tokens.TryTakeOperator("[")) value = ReadSubscript(value);
            else if (tokens.IsOperator("(")) value = new Call(value, ReadArguments());
            else return value;
        }
    }

    Expression ReadSubscript(Expression value)
    {
        Expression? start = tokens.IsOperator(":") ? null : Read();
        if (!tokens.TryTakeOperator(":"))
        {
            tokens.TakeOperator("]");
            return new Item(value, start!);
        }

        var end = tokens.IsOperator("]") || tokens.IsOperator(":") ? null : Read();
        var step = tokens.TryTakeOperator(":") && !tokens.IsOperator("]") ? Read() : null;
        tokens.TakeOperator("]");
        return new Slice(value, start, end, step);
    }

    Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.TryTakeOperator("|")) value = ReadFilter(value);
            else if (tokens.TryTakeName("is")) value = ReadTest(value);
            else if (tokens.IsOperator("(")) value = new Call(value, ReadArguments());
            else return value;
        }
    }

    /// <summary>The filters of a <c>filter</c> block: the first without a bar.</summary>
    public Expression ReadFilters(Expression value) => ReadFiltersBehind(ReadFilter(value));

    /// <summary>Filters with a bar before each.</summary>
    public Expression ReadFiltersBehind(Expression value)
    {
        while (tokens.TryTakeOperator("|")) value = ReadFilter(value);
        return value;
    }

    FilterExpression ReadFilter(Expression value)
    {
        var name = tokens.TakeName();
        var filter = Filters.Find(name) ?? throw tokens.Wrong($"there is no filter '{name}'");
        return new FilterExpression(value, filter, tokens.IsOperator("(") ? ReadArguments() : ArgumentList.None);
    }

    Expression ReadTest(Expression value)
    {
        var isNegated = tokens.TryTakeName("not");
        var name = tokens.TakeName();
        var test = Tests.Find(name) ?? throw tokens.Wrong($"there is no test '{name}'");
        Expression result = new TestExpression(value, test, ReadTestArguments());
        return isNegated ? new Negation(result) : result;
    }

    ArgumentList ReadTestArguments()
    {
        if (tokens.IsOperator("(")) return ReadArguments();
        var next = tokens.Next;
        var isArgument = next.Kind is TokenKind.Text or TokenKind.Number || (next.Kind == TokenKind.Name && !NoArgument.Contains(next.Text)) || tokens.IsOperator("[") || tokens.IsOperator("{");
        return isArgument ? new ArgumentList([ReadPostfix(ReadPrimary())], []) : ArgumentList.None;
    }

    ArgumentList ReadArguments()
    {
        var (positional, named) = (new List<Expression>(), new List<(string, Expression)>());
        tokens.TakeOperator("(");
        while (!tokens.TryTakeOperator(")"))
        {
            if (positional.Count + named.Count > 0)
            {
                tokens.TakeOperator(",");
                if (tokens.TryTakeOperator(")")) break;
            }

            var value = Read();
            if (value is Name { Text: var name } && tokens.TryTakeOperator("=")) named.Add((name, Read()));
            else if (named.Count == 0) positional.Add(value);
            else throw tokens.Wrong("an argument without a name stands behind one with a name");
        }

        return new ArgumentList([.. positional], [.. named]);
    }

    Expression ReadPrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name: return token.Text switch
            {
                "true" or "True" => new Literal(true),
                "false" or "False" => new Literal(false),
                "none" or "None" => new Literal(null),
                var name => new Name(name),
            };
            case TokenKind.Text: return new Literal(ReadTexts(token.Text));
            case TokenKind.Number: return new Literal(token.Value);
            case TokenKind.Operator when token.Text == "(": return ReadParentheses();
            case TokenKind.Operator when token.Text == "[": return new ListExpression(ReadItems("]"));
            case TokenKind.Operator when token.Text == "{": return ReadMap();
            default: throw tokens.Wrong($"expected an expression instead of '{token.Text}'");
        }
    }

    string ReadTexts(string first)
    {
        while (tokens.TryTake(TokenKind.Text, out var more)) first += more.Text;
        return first;
    }

    Expression ReadParentheses()
    {
        if (tokens.TryTakeOperator(")")) return new TupleExpression([]);
        var inner = ReadTuple();
        tokens.TakeOperator(")");
        return inner;
    }

    Expression[] ReadItems(string end)
    {
        var items = new List<Expression>();
        while (!tokens.TryTakeOperator(end))
        {
            if (items.Count > 0)
            {
                tokens.TakeOperator(",");
                if (tokens.TryTakeOperator(end)) break;
            }

            items.Add(Read());
        }

        return [.. items];
    }

    MapExpression ReadMap()
    {
        var members = new List<(Expression, Expression)>();
        while (!tokens.TryTakeOperator("}"))
        {
            if (members.Count > 0)
            {
                tokens.TakeOperator(",");
                if (tokens.TryTakeOperator("}")) break;
            }

            var key = Read();
            tokens.TakeOperator(":");
            members.Add((key, Read()));
        }

        return new MapExpression([.. members]);
    }
}
