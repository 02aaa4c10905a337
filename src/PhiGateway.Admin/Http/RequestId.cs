using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Assigns the id of one admin call when it comes in; the caller is told it, and every audit record that the call writes has it as its
/// parent.
/// </summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    private static readonly object Key = new();

    public static Guid Assign(HttpContext context, TimeProvider time)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        context.Items[Key] = id;
        return id;
    }

    public static Guid GuidOf(HttpContext context) => context.Items[Key] is Guid id ? id : Guid.Empty;

    public static string Of(HttpContext context) => GuidOf(context).ToString("D");
}
