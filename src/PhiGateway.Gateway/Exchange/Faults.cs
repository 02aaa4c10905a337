namespace PhiGateway.Gateway.Exchange;

/// <summary>Says where in the code an exception was thrown, for the log; its message is left out, since it may hold PHI.</summary>
internal static class Faults
{
    /// <summary>The innermost method of the stack, or a dash.</summary>
    public static string WhereOf(Exception fault)
    {
        var site = new System.Diagnostics.StackTrace(fault).GetFrame(0)?.GetMethod();
        return site is null ? "-" : $"{site.DeclaringType?.FullName}.{site.Name}";
    }
}
