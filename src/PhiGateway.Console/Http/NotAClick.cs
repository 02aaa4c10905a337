using Microsoft.AspNetCore.Http;

namespace PhiGateway.Console.Http;

/// <summary>Endpoint metadata: asked by the page itself, which is no sign that its person is still there.</summary>
internal sealed class NotAClick
{
    /// <summary>Stands in the address of a page that asks for itself again.</summary>
    public const string Parameter = "again";

    private NotAClick() { }

    /// <summary>The mark.</summary>
    public static NotAClick Mark { get; } = new();

    /// <summary>Whether a request was made without its person.</summary>
    public static bool Is(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<NotAClick>() is not null || context.Request.Query[Parameter] is ["1"];
}
