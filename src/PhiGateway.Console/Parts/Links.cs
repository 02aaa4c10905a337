using System.Globalization;
using System.Text;

namespace PhiGateway.Console.Parts;

/// <summary>The addresses of the console's pages: relative, so that a colleague can open them, and without PHI.</summary>
internal static class Links
{
    /// <summary>One client.</summary>
    public static string Client(string id) => "/console/clients/" + Uri.EscapeDataString(id);

    /// <summary>One access.</summary>
    public static string Access(Guid id) => "/console/access/" + id.ToString("D");

    /// <summary>The approval of a client.</summary>
    public static string Approval(string client) => "/console/approvals/" + Uri.EscapeDataString(client);

    /// <summary>One use of PHI.</summary>
    public static string UseCase(string id) => "/console/use-cases/" + Uri.EscapeDataString(id);

    /// <summary>One stranger's request to be registered.</summary>
    public static string Stranger(string id) => "/console/strangers/" + Uri.EscapeDataString(id);

    /// <summary>One case.</summary>
    public static string Case(string id) => "/console/cases/" + Uri.EscapeDataString(id);

    /// <summary>One vendor among the others.</summary>
    public static string Vendor(string id) => With("/console/vendors", ("q", id)) + "#" + Uri.EscapeDataString(id);

    /// <summary>One access review.</summary>
    public static string Review(string id) => "/console/reviews/" + Uri.EscapeDataString(id);

    /// <summary>One alert.</summary>
    public static string Alert(string id) => "/console/alerts/" + Uri.EscapeDataString(id);

    /// <summary>The open alerts about one thing.</summary>
    public static string AlertsAbout(string subject) => With("/console/alerts", ("subject", subject));

    /// <summary>One offboarding.</summary>
    public static string Offboarding(Guid id) => "/console/offboardings/" + id.ToString("D");

    /// <summary>One shadow.</summary>
    public static string Shadow(Guid id) => "/console/lab/shadows/" + id.ToString("D");

    /// <summary>A search of the trail.</summary>
    public static string Audit(
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string? decision = null,
        string? reason = null,
        string? client = null,
        string? tenant = null,
        string? organization = null,
        string? type = null,
        string? interaction = null,
        string? actor = null,
        string? kind = null,
        string? purpose = null
    ) =>
        With(
            "/console/audit",
            ("from", from is { } begin ? Moment(begin) : null),
            ("to", to is { } end ? Moment(end) : null),
            ("decision", decision),
            ("reason", reason),
            ("client", client),
            ("tenant", tenant),
            ("organization", organization),
            ("type", type),
            ("interaction", interaction),
            ("actor", actor),
            ("kind", kind),
            ("purpose", purpose)
        );

    /// <summary>A path with those of the parameters that have a value.</summary>
    public static string With(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    /// <summary>A moment as it stands in an address.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The page that shows what a call of the admin API answers; null: there is none.</summary>
    public static string? OfQuery(string? query)
    {
        const string Root = "/admin/v1/";
        if (query is null || !query.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        var mark = query.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? query[Root.Length..] : query[Root.Length..mark];
        var asked = mark < 0 ? string.Empty : query[mark..];
        return path switch
        {
            "clients" => "/console/clients" + asked,
            "audit" => "/console/audit" + asked,

            // The page counts by every column itself.
            "audit/counts" => "/console/audit" + asked.Replace("&by=reason", string.Empty, StringComparison.Ordinal),
            "alerts" when asked.Contains("kind=break-glass", StringComparison.Ordinal) => "/console/break-glass",
            "alerts" => AlertsOf(asked),
            "accounting/requests" => "/console/requests",
            "callers/unknown" => "/console/callers",
            "revocations" => "/console/revocations",
            "offboardings" => "/console/offboardings",
            "admin-keys" => "/console/settings",
            "posture/controls" => "/console/posture",
            "cases" => "/console/cases",
            "campaigns" => "/console/reviews",
            "approvals/queue" => "/console/approvals",
            "registrations" => "/console/strangers",
            "organizations" or "agreements" => "/console/vendors",
            "audit/log" or "config/status" or "config/nodes" => "/console/trust",
            _ => null,
        };
    }

    // The API lists every alert unless a state is asked for, and the page those that nobody has closed.
    private static string AlertsOf(string asked) =>
        asked switch
        {
            "?state.ne=closed" => "/console/alerts",
            _ when asked.StartsWith("?state.ne=closed&", StringComparison.Ordinal) => "/console/alerts?"
                + asked["?state.ne=closed&".Length..],
            _ when asked.Contains("state=", StringComparison.Ordinal) => "/console/alerts" + asked,
            "" => "/console/alerts?state=all",
            _ => "/console/alerts" + asked + "&state=all",
        };

    /// <summary>The address of what an alert is about; null: it has no page.</summary>
    public static string? Subject(string subject) =>
        subject.Split('/', 2) switch
        {
            ["client", var id] => Client(id),
            ["campaign", var id] => Review(id),
            ["case", var id] => Case(id),
            ["organization", var id] => Vendor(id),
            ["use-case", var id] => UseCase(id),
            _ => null,
        };
}
