// Namespaces are the compiler's choice: it looks here for what netstandard2.0 lacks.
namespace System.Runtime.CompilerServices;

/// <summary>Lets the compiler accept <c>init</c> accessors and records.</summary>
static class IsExternalInit
{
}
