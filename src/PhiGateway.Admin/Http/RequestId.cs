using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>The id of one admin call: given at the door, told to the caller, parent of every audit record the call writes.</summary>
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
