using System.Reflection;
using IntelMQ.Sdk;

namespace IntelMQ.Architecture.Tests;

public sealed class FieldNumberTests
{
    /// <summary>Messages lie on the disk with these numbers: a changed one would turn a port into a country.</summary>
    [Fact]
    public void Numbers_of_fields_in_the_binary_form_never_change()
    {
        var number = typeof(Field).GetProperty("Number", BindingFlags.NonPublic | BindingFlags.Instance)!;
        var fields = typeof(Fields).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(p => typeof(Field).IsAssignableFrom(p.PropertyType)).Select(p => (Field)p.GetValue(null)!)
            .Concat(Side.Both.SelectMany(side => typeof(Side).GetProperties().Where(p => typeof(Field).IsAssignableFrom(p.PropertyType)).Select(p => (Field)p.GetValue(side)!)))
            .OrderBy(f => (int)number.GetValue(f)!)
            .Select(f => $"{number.GetValue(f)} {f.Name}\n")
            .ToList();

        Assert.Equal(fields.Count, fields.Distinct(StringComparer.Ordinal).Count());
        Approval.Verify("field-numbers", string.Concat(fields));
    }
}
