namespace IntelMQ.Sdk;

public abstract partial class DataType
{
    internal static DataType SubKey { get; } = new AnyType();

    sealed class AnyType() : DataType("SubKey")
    {
        public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
        {
            sanitized = value;
            return true;
        }

        public override bool IsValid(in FieldValue value) => true;
    }
}

static partial class PythonText
{
    public static string Repr(in FieldValue value) => value.ToString();

    public static string ToText(in FieldValue value) => value.ToString();
}
