using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Access;

/// <summary>Picks what a page shows of a record: names, numbers and codes, never a patient, a resource or the target as it was sent.</summary>
internal static class AccessFacts
{
    private static readonly (string Member, string Label)[] Texts =
    [
        ("client", "Client"),
        ("actor", "Person"),
        ("target", "About"),
        ("useCase", "Use case"),
        ("organization", "Organization"),
        ("agreement", "Agreement then"),
        ("approval", "Approval then"),
        ("owner", "Accountable owner then"),
        ("purpose", "Purpose of use"),
        ("purposeFrom", "Purpose from"),
        ("tenant", "Tenant"),
        ("environment", "Environment"),
        ("template", "Request"),
        ("interaction", "Interaction"),
        ("resourceType", "Resource type"),
        ("scope", "Scope of the token"),
        ("issuer", "Issuer"),
        ("issuerClientId", "Client id at the issuer"),
        ("subject", "Subject, or how signed in"),
        ("binding", "Proof of possession"),
        ("certificate", "SHA-256 of the certificate"),
        ("tokenHash", "SHA-256 of the token"),
        ("tokenIssuedAt", "Token issued at"),
        ("peer", "Address"),
        ("userAgent", "Program, by its own word"),
        ("rule", "Rule"),
        ("upstream", "Upstream"),
        ("outcome", "Outcome of the write"),
        ("delivery", "Delivery"),
        ("patientState", "Patients"),
        ("note", "Note"),
    ];

    private static readonly (string Member, string Label)[] Numbers =
    [
        ("revision", "Registry revision that decided"),
        ("status", "Status sent"),
        ("upstreamStatus", "Status of the upstream"),
        ("resourceCount", "Resources released"),
        ("withheldCount", "Resources withheld"),
        ("bytes", "Bytes"),
    ];

    // What leads on: to what is named, or to the other records of the last day that name it.
    private static string? HrefOf(string member, string text) =>
        member switch
        {
            "client" => Links.Client(text),
            "organization" => Links.Vendor(text),
            "target" => Links.Subject(text),
            "useCase" => Search("use_case", text),
            "actor" or "agreement" or "peer" or "tenant" or "interaction" => Search(member, text),
            "resourceType" => Search("type", text),
            "tokenHash" => Search("token", text),
            _ => null,
        };

    private static string Search(string filter, string text) => Links.With(SearchQuery.Path, (filter, text));

    /// <summary>The members that a record has.</summary>
    public static IReadOnlyList<AccessFact> Of(JsonObject record)
    {
        var facts = new List<AccessFact>();
        if (TrailLine.Text(record, "event") is { } name && TrailEvents.IsOfNoRequest(name))
        {
            facts.Add(new AccessFact("Event", name, Search("event", name)));
        }

        foreach (var (member, label) in Texts)
        {
            if (TrailLine.Text(record, member) is { Length: > 0 } text)
            {
                facts.Add(new AccessFact(label, text, HrefOf(member, text)));
            }
        }

        foreach (var (member, label) in Numbers)
        {
            if (TrailLine.Number(record, member) is > 0 and var number)
            {
                facts.Add(new AccessFact(label, number.ToString("N0", CultureInfo.InvariantCulture)));
            }
        }

        foreach (
            var (member, label) in (ReadOnlySpan<(string, string)>)
                [
                    ("approvers", "Approved by"),
                    ("actors", "Acted in between, outermost first"),
                    ("obligations", "Obligations fulfilled"),
                    ("labels", "Labels released"),
                ]
        )
        {
            if (record[member] is JsonArray { Count: > 0 } list)
            {
                facts.Add(new AccessFact(label, string.Join(", ", list.Select(static item => item?.ToString()))));
            }
        }

        if (record["coveredBy"] is JsonArray { Count: > 0 } covered)
        {
            var kinds = CoverageWords.KindsOf(covered.Select(static item => item?.ToString()).OfType<string>());
            facts.Add(new AccessFact("Patients covered by", string.Join(", ", kinds)));
        }

        return facts;
    }
}
