using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace IntelMQ.Sdk.Generators;

/// <summary>Calls that take from all bots of a host what belongs to them together: its process, its streams, its directory.</summary>
static class UnfitCalls
{
    const string EndsTheHost = "it ends the host with all its bots; throw an exception instead";
    const string WritesToTheHost = "standard output belongs to the host, and carries messages when the bot has a process of its own; use Log";
    const string ReadsFromTheHost = "standard input belongs to the host; take a parameter instead";
    const string MovesTheHost = "all bots of the host share the directory; use absolute paths, or Context.StateDirectory";

    static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["System.Environment.Exit"] = EndsTheHost,
        ["System.Environment.FailFast"] = EndsTheHost,
        ["System.Environment.CurrentDirectory"] = MovesTheHost,
        ["System.IO.Directory.SetCurrentDirectory"] = MovesTheHost,
        ["System.Console.Write"] = WritesToTheHost,
        ["System.Console.WriteLine"] = WritesToTheHost,
        ["System.Console.Out"] = WritesToTheHost,
        ["System.Console.SetOut"] = WritesToTheHost,
        ["System.Console.OpenStandardOutput"] = WritesToTheHost,
        ["System.Console.In"] = ReadsFromTheHost,
        ["System.Console.Read"] = ReadsFromTheHost,
        ["System.Console.ReadKey"] = ReadsFromTheHost,
        ["System.Console.ReadLine"] = ReadsFromTheHost,
        ["System.Console.OpenStandardInput"] = ReadsFromTheHost,
    };

    public static void Register(CompilationStartAnalysisContext start) =>
        start.RegisterOperationAction(Check, OperationKind.Invocation, OperationKind.PropertyReference);

    static void Check(OperationAnalysisContext context)
    {
        ISymbol member = context.Operation is IInvocationOperation call ? call.TargetMethod : ((IPropertyReferenceOperation)context.Operation).Property;
        if (member.ContainingType?.Name is not ("Console" or "Environment" or "Directory")) return;
        var name = $"{member.ContainingType.ToDisplayString()}.{member.Name}";
        if (Reasons.TryGetValue(name, out var reason)) context.ReportDiagnostic(Diagnostic.Create(Diagnostics.UnfitCall, context.Operation.Syntax.GetLocation(), name, reason));
    }
}
