using System.Reflection;

namespace IntelMQ.Control;

/// <summary>The version that the program shows.</summary>
static class ProgramVersion
{
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
