using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>A part of a template that writes something or sets something.</summary>
abstract record Statement
{
    // A loop by mistake should not fill the memory.
    const int MostOutput = 16 << 20;

    public abstract void Render(Scope scope, StringBuilder output);

    public static void RenderAll(Statement[] statements, Scope scope, StringBuilder output)
    {
        foreach (var statement in statements) statement.Render(scope, output);
        if (output.Length > MostOutput) throw new JinjaException($"The text is longer than {MostOutput} characters.");
    }

    /// <summary>What statements write, as a text of its own.</summary>
    public static string Capture(Statement[] statements, Scope scope)
    {
        var text = new StringBuilder();
        RenderAll(statements, scope, text);
        return text.ToString();
    }
}

sealed record TextStatement(string Text) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => output.Append(Text);
}

sealed record OutputStatement(Expression Value) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => output.Append(Values.ToText(Value.Evaluate(scope)));
}

sealed record IfStatement((Expression Condition, Statement[] Body)[] Branches, Statement[] Otherwise) : Statement
{
    public override void Render(Scope scope, StringBuilder output)
    {
        foreach (var (condition, body) in Branches)
        {
            if (!Values.IsTrue(condition.Evaluate(scope))) continue;
            RenderAll(body, scope, output);
            return;
        }

        RenderAll(Otherwise, scope, output);
    }
}

sealed record ForStatement(Target Target, Expression Items, Expression? Filter, Statement[] Body, Statement[] Otherwise, bool IsRecursive) : Statement
{
    const int MostDepth = 60;

    public override void Render(Scope scope, StringBuilder output) => Render(scope, output, Items.Evaluate(scope), depth: 1);

    void Render(Scope scope, StringBuilder output, object? iterated, int depth)
    {
        if (depth > MostDepth) throw new JinjaException($"A loop calls itself more than {MostDepth} levels deep.");
        List<object?> items = [.. Values.Iterate(iterated)];
        if (Filter is not null) items.RemoveAll(item => !IsWanted(item, scope));
        if (items.Count == 0)
        {
            RenderAll(Otherwise, scope, output);
            return;
        }

        var loop = new LoopState(items, depth, IsRecursive ? inner => RenderInner(scope, inner, depth) : null);
        foreach (var item in items)
        {
            var body = scope.Inner();
            Target.Assign(body, item);
            body["loop"] = loop;
            RenderAll(Body, body, output);
            loop.MoveOn();
        }
    }

    bool IsWanted(object? item, Scope scope)
    {
        var inner = scope.Inner();
        Target.Assign(inner, item);
        return Values.IsTrue(Filter!.Evaluate(inner));
    }

    string RenderInner(Scope scope, object? items, int depth)
    {
        var text = new StringBuilder();
        Render(scope, text, items, depth + 1);
        return text.ToString();
    }
}

/// <summary><c>loop</c> within a loop.</summary>
sealed class LoopState(List<object?> items, int depth, Func<object?, string>? again) : IMembers, ICallable
{
    object? _changed = new();
    int _index;

    public void MoveOn() => _index++;

    public bool TryGetMember(string name, out object? value)
    {
        value = name switch
        {
            "index" => (long)_index + 1,
            "index0" => (long)_index,
            "revindex" => (long)(items.Count - _index),
            "revindex0" => (long)(items.Count - _index - 1),
            "first" => _index == 0,
            "last" => _index == items.Count - 1,
            "length" => (long)items.Count,
            "depth" => (long)depth,
            "depth0" => (long)depth - 1,
            "previtem" => _index > 0 ? items[_index - 1] : new Undefined("there is no previous item"),
            "nextitem" => _index < items.Count - 1 ? items[_index + 1] : new Undefined("there is no next item"),
            "cycle" => new Function("cycle", arguments => arguments[_index % Math.Max(1, arguments.Count)]),
            "changed" => new Function("changed", arguments => HasChanged(arguments)),
            _ => null,
        };
        return value is not null;
    }

    bool HasChanged(Arguments arguments)
    {
        var now = new PyTuple(arguments.Positional);
        var differs = !Values.AreEqual(_changed, now);
        _changed = now;
        return differs;
    }

    public object? Call(Arguments arguments) => again is null ? throw new JinjaException("Only a loop that says 'recursive' can be called.") : again(arguments[0]);
}

sealed record SetStatement(Target Target, Expression Value) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => Target.Assign(scope, Value.Evaluate(scope));
}

/// <param name="Target">What is set.</param>
/// <param name="Value">What is made of the text of the body: <see cref="Captured"/>, with filters around it.</param>
/// <param name="Body">The body.</param>
sealed record SetBlockStatement(Target Target, Expression Value, Statement[] Body) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => Target.Assign(scope, Captured.Evaluate(Value, Capture(Body, scope.Inner()), scope));
}

sealed record FilterStatement(Expression Value, Statement[] Body) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => output.Append(Values.ToText(Captured.Evaluate(Value, Capture(Body, scope.Inner()), scope)));
}

sealed record WithStatement((Target Target, Expression Value)[] Assignments, Statement[] Body) : Statement
{
    public override void Render(Scope scope, StringBuilder output)
    {
        var inner = scope.Inner();
        foreach (var (target, value) in Assignments) target.Assign(inner, value.Evaluate(scope));
        RenderAll(Body, inner, output);
    }
}

sealed record Parameter(string Name, Expression? Default);

sealed record MacroStatement(string Name, Parameter[] Parameters, Statement[] Body) : Statement
{
    public override void Render(Scope scope, StringBuilder output) => scope[Name] = Macro.Of(Name, Parameters, Body, scope);
}

/// <summary>Calls a macro that may use its body as <c>caller()</c>.</summary>
sealed record CallStatement(Call Call, Parameter[] Parameters, Statement[] Body) : Statement
{
    public override void Render(Scope scope, StringBuilder output) =>
        output.Append(Values.ToText(Call.EvaluateWith(scope, "caller", Macro.Of("caller", Parameters, Body, scope))));
}

static class Macro
{
    public static Function Of(string name, Parameter[] parameters, Statement[] body, Scope scope) => new(name, arguments =>
    {
        var inner = scope.ForCall(arguments.CallsOpen);
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = parameters[i];
            inner[parameter.Name] = i < arguments.Count ? arguments[i]
                : arguments.Named.TryGetValue(parameter.Name, out var named) ? named
                : parameter.Default is { } standard ? standard.Evaluate(inner)
                : new Undefined($"parameter '{parameter.Name}' was not provided");
        }

        inner["varargs"] = new PyTuple(arguments.Positional.Skip(parameters.Length));
        inner["kwargs"] = Surplus(parameters, arguments);
        if (arguments.Named.TryGetValue("caller", out var caller)) inner["caller"] = caller;
        return Statement.Capture(body, inner);
    });

    static PyMap Surplus(Parameter[] parameters, Arguments arguments)
    {
        var map = new PyMap();
        foreach (var (name, value) in arguments.Named)
            if (name != "caller" && !Array.Exists(parameters, parameter => parameter.Name == name))
                map[name] = value;
        return map;
    }
}

/// <summary>What a value is stored in.</summary>
abstract record Target
{
    public abstract void Assign(Scope scope, object? value);
}

sealed record NameTarget(string Name) : Target
{
    public override void Assign(Scope scope, object? value) => scope[Name] = value;
}

/// <summary>A member of a namespace, which keeps its value behind a loop.</summary>
sealed record AttributeTarget(string Name, string Member) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        if (scope[Name] is not Namespace space) throw new JinjaException($"'{Name}' is no namespace; only those have members that can be set.");
        space[Member] = value;
    }
}

sealed record UnpackingTarget(Target[] Parts) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        List<object?> items = [.. Values.Iterate(value)];
        if (items.Count != Parts.Length) throw new JinjaException($"There are {items.Count} values for {Parts.Length} names.");
        for (var i = 0; i < Parts.Length; i++) Parts[i].Assign(scope, items[i]);
    }
}
