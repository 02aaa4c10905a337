using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What of a client a page has shown to whoever acts on it, so that a second person can be told what changed in between.</summary>
internal static class ClientState
{
    /// <summary>The parts that matter to somebody who stops or opens it.</summary>
    public static string Of(ClientProfile profile) =>
        SeenState.Of(
            ("status", Words.Kebab(profile.Client.Status)),
            ("reason", profile.Client.StatusReason),
            ("owner", profile.Client.Owner),
            ("deputy", profile.Client.Deputy),
            ("use case", profile.Client.UseCase),
            ("description", profile.Client.Description),
            ("tenants", string.Join(", ", profile.Client.Tenants)),
            ("networks", string.Join(", ", profile.Client.Networks)),
            ("credentials", string.Join(", ", profile.Credentials.Select(static one => $"{one.Id} until {Words.Day(one.Expires)}"))),
            ("slowed to", profile.Client.Throttle?.RequestsPerSecond.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("approved", profile.IsApproved ? "yes" : "no")
        );
}
