namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>The names that an expression knows: its own and those around it.</summary>
sealed class Scope
{
    // A macro that calls itself without end must not exhaust the stack.
    const int MostDepth = 60;

    readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    readonly Scope? _outer;
    readonly IReadOnlyDictionary<string, object?> _globals;

    public Scope(IReadOnlyDictionary<string, object?> globals) => _globals = globals;

    Scope(Scope outer, int calls)
    {
        (_outer, _globals, Calls) = (outer, outer._globals, calls);
        if (calls > MostDepth) throw new JinjaException($"Macros call each other more than {MostDepth} levels deep.");
    }

    /// <summary>How many calls of macros are open.</summary>
    public int Calls { get; }

    /// <summary>A scope for the body of a loop and the like: what is set there is gone behind it.</summary>
    public Scope Inner() => new(this, Calls);

    /// <summary>A scope for the body of a macro.</summary>
    /// <param name="callsOpen">How many calls are open where it is called.</param>
    public Scope ForCall(int callsOpen) => new(this, callsOpen + 1);

    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope._outer)
                if (scope._values.TryGetValue(name, out var value))
                    return value;
            return _globals.TryGetValue(name, out var global) ? global : new Undefined($"'{name}' is undefined");
        }
        set => _values[name] = value;
    }
}
