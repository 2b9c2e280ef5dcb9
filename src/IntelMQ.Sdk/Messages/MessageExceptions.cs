namespace IntelMQ.Sdk;

/// <summary>The message itself is at fault: the host dumps it, acknowledges it and goes on; retrying would not help.</summary>
public class InvalidMessageException : Exception
{
    /// <summary>Says what is wrong with the message.</summary>
    public InvalidMessageException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A value does not fit the field it was meant for.</summary>
public sealed class InvalidValueException : InvalidMessageException
{
    /// <summary>Says which value does not fit which field.</summary>
    /// <param name="key">The name of the field.</param>
    /// <param name="value">The value.</param>
    /// <param name="reason">Why, if there is more to say.</param>
    public InvalidValueException(string key, FieldValue value, string? reason = null)
        : base($"invalid value {PythonText.Repr(value)} ({PythonText.TypeName(value)}) for key '{key}'{(reason is null ? "" : ": " + reason)}")
    {
        Key = key;
    }

    /// <summary>The name of the field.</summary>
    public string Key { get; }
}

/// <summary>The data format has no field of this name.</summary>
public sealed class InvalidKeyException : Exception
{
    internal InvalidKeyException(string key, string reason) : base($"invalid key '{key}' {reason}") => Key = key;

    /// <summary>The name that is not known.</summary>
    public string Key { get; }
}

/// <summary>The field that is to be changed has no value.</summary>
public sealed class KeyNotExistsException : Exception
{
    internal KeyNotExistsException(string key) : base($"key '{key}' not exists") => Key = key;

    /// <summary>The name of the field.</summary>
    public string Key { get; }
}

/// <summary>A value that was refused, and why: the sanitized one when it came so far.</summary>
readonly record struct Refusal(FieldValue Value, string? Reason)
{
    public InvalidValueException ToException(Field field) => new(field.Name, Value, Reason);
}

/// <summary>The field already has a value.</summary>
public sealed class KeyExistsException : Exception
{
    internal KeyExistsException(string key) : base($"key '{key}' already exists") => Key = key;

    /// <summary>The name of the field.</summary>
    public string Key { get; }
}
