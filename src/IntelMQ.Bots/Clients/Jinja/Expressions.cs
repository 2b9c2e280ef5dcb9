namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Something that has a value: as <see cref="Values"/> knows them.</summary>
abstract record Expression
{
    public abstract object? Evaluate(Scope scope);
}

sealed record Literal(object? Value) : Expression
{
    public override object? Evaluate(Scope scope) => Value;
}

sealed record Name(string Text) : Expression
{
    public override object? Evaluate(Scope scope) => scope[Text];
}

/// <summary>The text of a block that filters are applied to.</summary>
sealed record Captured : Expression
{
    // No name in a template can be this one.
    const string Place = "<text>";

    public override object? Evaluate(Scope scope) => scope[Place];

    public static object? Evaluate(Expression filters, string text, Scope scope)
    {
        var inner = scope.Inner();
        inner[Place] = text;
        return filters.Evaluate(inner);
    }
}

sealed record ListExpression(Expression[] Items) : Expression
{
    public override object? Evaluate(Scope scope) => Items.Select(item => item.Evaluate(scope)).ToList();
}

sealed record TupleExpression(Expression[] Items) : Expression
{
    public override object? Evaluate(Scope scope) => new PyTuple(Items.Select(item => item.Evaluate(scope)));
}

sealed record MapExpression((Expression Key, Expression Value)[] Members) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var map = new PyMap();
        foreach (var (key, value) in Members) map[key.Evaluate(scope)] = value.Evaluate(scope);
        return map;
    }
}

sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise) : Expression
{
    public override object? Evaluate(Scope scope) =>
        Values.IsTrue(Condition.Evaluate(scope)) ? Then.Evaluate(scope)
        : Otherwise is null ? new Undefined("the condition does not hold and there is no 'else'")
        : Otherwise.Evaluate(scope);
}

sealed record Either(Expression Left, Expression Right) : Expression
{
    public override object? Evaluate(Scope scope) => Left.Evaluate(scope) is var left && Values.IsTrue(left) ? left : Right.Evaluate(scope);
}

sealed record Both(Expression Left, Expression Right) : Expression
{
    public override object? Evaluate(Scope scope) => Left.Evaluate(scope) is var left && Values.IsTrue(left) ? Right.Evaluate(scope) : left;
}

sealed record Negation(Expression Inner) : Expression
{
    public override object? Evaluate(Scope scope) => !Values.IsTrue(Inner.Evaluate(scope));
}

/// <summary>Comparisons in a row hold if each does: <c>1 &lt; x &lt;= 5</c>.</summary>
sealed record Comparison(Expression First, (string Operator, Expression Value)[] Rest) : Expression
{
    public override object? Evaluate(Scope scope)
    {
        var left = First.Evaluate(scope);
        foreach (var (sign, expression) in Rest)
        {
            var right = expression.Evaluate(scope);
            if (!Holds(sign, left, right)) return false;
            left = right;
        }

        return true;
    }

    static bool Holds(string sign, object? left, object? right) => sign switch
    {
        "==" => Values.AreEqual(left, right),
        "!=" => !Values.AreEqual(left, right),
        "<" => Values.Compare(left, right) < 0,
        "<=" => Values.Compare(left, right) <= 0,
        ">" => Values.Compare(left, right) > 0,
        ">=" => Values.Compare(left, right) >= 0,
        "in" => Values.Contains(right, left),
        _ => !Values.Contains(right, left),
    };
}

sealed record Calculation(string Operator, Expression Left, Expression Right) : Expression
{
    public override object? Evaluate(Scope scope) => Arithmetic.Calculate(Operator, Left.Evaluate(scope), Right.Evaluate(scope));
}

sealed record Signed(bool IsNegative, Expression Inner) : Expression
{
    public override object? Evaluate(Scope scope) => Arithmetic.Calculate(IsNegative ? "-" : "+", 0L, Inner.Evaluate(scope));
}

sealed record Member(Expression Owner, string Name) : Expression
{
    public override object? Evaluate(Scope scope) => Members.Of(Owner.Evaluate(scope), Name);
}

sealed record Item(Expression Owner, Expression Index) : Expression
{
    public override object? Evaluate(Scope scope) => Members.ItemOf(Owner.Evaluate(scope), Index.Evaluate(scope));
}

sealed record Slice(Expression Owner, Expression? Start, Expression? End, Expression? Step) : Expression
{
    public override object? Evaluate(Scope scope) =>
        Members.SliceOf(Owner.Evaluate(scope), Bound(Start, scope), Bound(End, scope), Bound(Step, scope) ?? 1);

    static long? Bound(Expression? expression, Scope scope) => expression?.Evaluate(scope) switch
    {
        null => null,
        long number => number,
        var other => throw new JinjaException($"{Values.Repr(other)} is no whole number, as the bound of a slice must be."),
    };
}

sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named)
{
    public static ArgumentList None { get; } = new([], []);

    public Arguments Evaluate(Scope scope) => new(
        [.. Positional.Select(value => value.Evaluate(scope))],
        Named.ToDictionary(pair => pair.Name, pair => pair.Value.Evaluate(scope), StringComparer.Ordinal),
        scope.Calls);
}

sealed record Call(Expression Callee, ArgumentList Arguments) : Expression
{
    public override object? Evaluate(Scope scope) => Values.Call(Callee.Evaluate(scope), Arguments.Evaluate(scope));

    /// <summary>Calls with one more argument.</summary>
    public object? EvaluateWith(Scope scope, string name, object? value)
    {
        var arguments = Arguments.Evaluate(scope);
        arguments.Named[name] = value;
        return Values.Call(Callee.Evaluate(scope), arguments);
    }
}

sealed record FilterExpression(Expression Value, Filter Filter, ArgumentList Arguments) : Expression
{
    public override object? Evaluate(Scope scope) => Filter(Value.Evaluate(scope), Arguments.Evaluate(scope));
}

sealed record TestExpression(Expression Value, JinjaTest Test, ArgumentList Arguments) : Expression
{
    public override object? Evaluate(Scope scope) => Test(Value.Evaluate(scope), Arguments.Evaluate(scope));
}
