using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>What the node's own configuration adds to what is approved of a client; read wherever two states of it are compared.</summary>
/// <param name="Limits">Limits of clients that have none of their own.</param>
/// <param name="TokenService">Name of the gateway's own token service; null: there is none.</param>
internal sealed record NodeTerms(ClientLimits Limits, string? TokenService)
{
    public static NodeTerms Of(AdminOptions options) => new(options.DefaultLimits, options.TokenService);
}
