namespace IntelMQ.Sdk;

/// <summary>Adds values to events where it is not known beforehand which field takes them.</summary>
public static class FieldMapping
{
    /// <summary>Adds a value to the first of some fields for which it is valid: an address to <c>source.ip</c>, else to <c>source.fqdn</c>.</summary>
    /// <returns>False when it is valid for none of them. A value that counts as nothing is valid everywhere, and adds nothing.</returns>
    /// <exception cref="KeyExistsException">The first field that would take it has a value.</exception>
    public static bool AddToFirst(this Message message, FieldValue value, params ReadOnlySpan<Field> fields)
    {
        foreach (var field in fields)
        {
            var result = message.TryAdd(field, value);
            // Adding again says what is there already.
            if (result == AddResult.Exists) message.Add(field, value);
            if (result != AddResult.Invalid) return true;
        }

        return false;
    }

    /// <summary>Adds a value as bots do that have the parameter <c>overwrite</c>: it replaces what the message has, or leaves it as it is.</summary>
    /// <param name="message">The message.</param>
    /// <param name="field">Where to.</param>
    /// <param name="value">What. None replaces too: the field is then removed.</param>
    /// <param name="overwrite">Whether a value that is there is replaced.</param>
    /// <returns>Whether the message has changed.</returns>
    /// <exception cref="InvalidValueException">The value is not valid for the field.</exception>
    public static bool Enrich(this Message message, Field field, FieldValue value, bool overwrite)
    {
        var hadValue = message.Has(field);
        if (hadValue && !overwrite) return false;
        if (overwrite) message.Set(field, value);
        else message.Add(field, value);
        return hadValue || message.Has(field);
    }
}
