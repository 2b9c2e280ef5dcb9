namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>A field that a rule names, or a variable with the name of one.</summary>
sealed class FieldSource(Field? field, VariableSource? name)
{
    public Field Resolve(SieveRun run) => field ?? Field.Named(name!.Text(run));

    /// <summary>The value as rules see it, or none: raw data are Base64, and <c>extra</c> is JSON.</summary>
    public FieldValue Read(SieveRun run)
    {
        var asked = Resolve(run);
        var value = run.Message.Get(asked);
        return value.Kind switch
        {
            ValueKind.Bytes => value.ToString(),
            ValueKind.Map when ReferenceEquals(asked, Fields.Extra) => JsonText.Write(value),
            _ => value,
        };
    }
}

/// <summary>A variable that a rule uses.</summary>
sealed class VariableSource(string name, int number)
{
    /// <exception cref="InvalidMessageException">No statement before has given it a value.</exception>
    public FieldValue Resolve(SieveRun run)
    {
        var value = run[number];
        return value.IsNone ? throw new InvalidMessageException($"Sieve variable ${name} used before definition.") : value;
    }

    /// <exception cref="InvalidMessageException">The variable has no value, or none that is a text.</exception>
    public string Text(SieveRun run)
    {
        var value = Resolve(run);
        return value.Text ?? throw Unexpected("a text", value);
    }

    /// <exception cref="InvalidMessageException">The variable has no value, or none that is a number.</exception>
    public FieldValue Number(SieveRun run)
    {
        var value = Resolve(run);
        return value.TryGetNumber(out _) ? value : throw Unexpected("a number", value);
    }

    InvalidMessageException Unexpected(string what, in FieldValue value) => new($"Expected {what} in the variable ${name}, got {PythonValues.Repr(value)}.");
}

/// <summary>What stands at the right of an operator: known from the beginning, or in a variable.</summary>
sealed class ValueSource(FieldValue literal, VariableSource? variable)
{
    /// <summary>Whether it is the same for all messages.</summary>
    public bool IsLiteral => variable is null;

    public FieldValue Literal => literal;

    public FieldValue Resolve(SieveRun run) => variable is null ? literal : variable.Resolve(run);

    public string Text(SieveRun run) => variable is null ? literal.Text! : variable.Text(run);

    public FieldValue Number(SieveRun run) => variable is null ? literal : variable.Number(run);
}
