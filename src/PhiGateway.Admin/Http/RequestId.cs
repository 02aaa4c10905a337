using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Assigns the id of one admin call when it comes in; the caller is told it, and every audit record that the call writes has it as its
/// parent.
/// </summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    private const int MostEchoed = 256;

    private static readonly object Key = new();

    public static Guid Assign(HttpContext context, TimeProvider time)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        context.Items[Key] = id;
        return id;
    }

    /// <summary>
    /// Answers with the id that the caller gave the call, for protocols in which it has the last word; one that is no line of printable ASCII
    /// is not repeated.
    /// </summary>
    public static void Echo(HttpContext context)
    {
        if (
            context.Request.Headers[Header] is [{ Length: > 0 and <= MostEchoed } told]
            && !told.AsSpan().ContainsAnyExceptInRange('!', '~')
        )
        {
            context.Response.Headers[Header] = told;
        }
    }

    public static Guid GuidOf(HttpContext context) => context.Items[Key] is Guid id ? id : Guid.Empty;

    public static string Of(HttpContext context) => GuidOf(context).ToString("D");
}
