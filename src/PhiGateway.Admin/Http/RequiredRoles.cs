using Microsoft.AspNetCore.Builder;

namespace PhiGateway.Admin.Http;

/// <summary>Endpoint metadata: whoever has one of these roles may call; an endpoint without it is closed to everyone.</summary>
/// <param name="AnyOf">At least one role.</param>
public sealed record RequiredRoles(IReadOnlyList<string> AnyOf);

/// <summary>Adds the roles that may call it to an endpoint.</summary>
internal static class RequiredRolesExtensions
{
    public static T RequireRoles<T>(this T builder, IReadOnlyList<string> anyOf)
        where T : IEndpointConventionBuilder
    {
        builder.WithMetadata(new RequiredRoles(anyOf));
        return builder;
    }
}
