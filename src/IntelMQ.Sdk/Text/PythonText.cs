using System.Globalization;

namespace IntelMQ.Sdk;

/// <summary>Text forms of values as the original's language has them: <c>str()</c>, <c>repr()</c>, <c>strip()</c>, <c>lower()</c>.</summary>
static partial class PythonText
{
    /// <summary>Number of Unicode code points.</summary>
    public static int CodePoints(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                count--;
        return count;
    }

    /// <summary>The name of the type of a value, as error messages show it: <c>&lt;class 'str'&gt;</c>.</summary>
    public static string TypeName(in FieldValue value) => value.Kind switch
    {
        ValueKind.None => "<class 'NoneType'>",
        ValueKind.Text => "<class 'str'>",
        ValueKind.Integer or ValueKind.BigInteger => "<class 'int'>",
        ValueKind.Float => "<class 'float'>",
        ValueKind.Boolean => "<class 'bool'>",
        ValueKind.List => "<class 'list'>",
        ValueKind.Map => "<class 'dict'>",
        _ => "<class 'bytes'>",
    };
}
