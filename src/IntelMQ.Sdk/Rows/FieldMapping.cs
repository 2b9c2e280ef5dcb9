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
}
