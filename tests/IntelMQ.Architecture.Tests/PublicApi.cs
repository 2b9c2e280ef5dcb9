using System.Reflection;
using System.Text;

namespace IntelMQ.Architecture.Tests;

/// <summary>What of an assembly is a promise to those who compile against it, as lines of text.</summary>
static class PublicApi
{
    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Heading(type)).Append('\n');
            foreach (var member in Members(type).Select(m => m.Line).Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The line of a type.</summary>
    public static string Heading(Type type)
    {
        var heading = $"{Keyword(type)} {NameOf(type)}";
        return type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum) ? $"{heading} : {NameOf(parent)}" : heading;
    }

    static string Keyword(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    /// <summary>The promised members of a type, each with its line.</summary>
    public static IEnumerable<(MemberInfo Member, string Line)> Members(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var constructor in type.GetConstructors(all).Where(c => IsPromise(c, type))) yield return (constructor, $"{Access(constructor)} .ctor({Parameters(constructor)})");
        foreach (var property in type.GetProperties(all))
        {
            if (property.GetMethod is not { } get || !IsPromise(get, type) || property.Name == "EqualityContract") continue;
            var set = property.SetMethod is { } setter && IsPromise(setter, type) ? IsInit(setter) ? " init;" : " set;" : "";
            yield return (property, $"{Access(get)} {NameOf(property.PropertyType)} {property.Name} {{ get;{set} }}");
        }

        foreach (var method in type.GetMethods(all).Where(m => IsPromise(m, type) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !m.Name.Contains('<', StringComparison.Ordinal)))
            yield return (method, $"{Access(method)} {NameOf(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})");
        foreach (var field in type.GetFields(all).Where(f => f.IsPublic && !f.IsSpecialName))
            yield return (field, type.IsEnum ? $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}" : $"{NameOf(field.FieldType)} {field.Name}");
    }

    // What the compiler adds to a record follows from its properties.
    static bool IsPromise(MethodBase method, Type type) => !IsOfRecord(method) && IsVisible(method, type);

    static bool IsOfRecord(MethodBase method) => (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && method.GetCustomAttributes(false).Any(a => a is System.Runtime.CompilerServices.CompilerGeneratedAttribute);

    static bool IsVisible(MethodBase method, Type type) => method.IsPublic || (!type.IsSealed && (method.IsFamily || method.IsFamilyOrAssembly));

    static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit");

    static string Access(MethodBase method) =>
        (method.IsPublic ? "public" : "protected") + (method.IsStatic ? " static" : method.IsAbstract && !method.DeclaringType!.IsInterface ? " abstract" : method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType!.IsInterface ? " virtual" : "");

    static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    static string NameOf(Type type)
    {
        if (type.IsByRef) return "ref " + NameOf(type.GetElementType()!);
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } inner) return NameOf(inner) + "?";
        var name = type.FullName ?? type.Name;
        if (!type.IsGenericType) return name;
        name = (type.GetGenericTypeDefinition().FullName ?? type.Name).Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
