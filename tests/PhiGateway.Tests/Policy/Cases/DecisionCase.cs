using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>One case file: a decision and its twin, which differs in as little as possible and goes the other way.</summary>
internal sealed class DecisionCase
{
    private readonly JsonObject _file;

    private DecisionCase(JsonObject file) => _file = file;

    internal string Description => _file["description"]!.GetValue<string>();

    internal JsonObject Main => _file;

    /// <summary>The case with the twin's members in place of its own; members of <c>caller</c> are merged.</summary>
    internal JsonObject Twin
    {
        get
        {
            var twin = (JsonObject)_file.DeepClone();
            var changes = (JsonObject)twin["twin"]!.DeepClone();
            twin.Remove("twin");
            foreach (var (name, value) in changes)
            {
                if (name == "caller")
                {
                    foreach (var (member, own) in value!.AsObject())
                    {
                        twin["caller"]![member] = own?.DeepClone();
                    }
                }
                else
                {
                    twin[name] = value?.DeepClone();
                }
            }

            return twin;
        }
    }

    internal static DecisionCase Read(string name) => new(YamlJson.ReadFile(Path.Combine(CaseFiles.Directory, name + ".yaml")));

    internal static (AccessRequest Request, RegistrySnapshot Snapshot) Arrange(JsonObject source)
    {
        var registry = CaseRegistry.Read(source["registry"]!.GetValue<string>());
        registry.Merge(source["set"] as JsonObject);
        registry.Approve();
        registry.Merge(source["drift"] as JsonObject);
        var revocations = (source["revoked"] as JsonArray ?? []).Select((row, place) => ReadRevocation(row!.AsObject(), place));
        return (ReadRequest(source), registry.Build([.. revocations]));
    }

    private static AccessRequest ReadRequest(JsonObject source)
    {
        var now = CaseFiles.Moment(source["at"]) ?? new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        return new AccessRequest
        {
            Caller = ReadCaller(source["caller"]!.AsObject(), now),
            Tenant = CaseFiles.Text(source["tenant"]) ?? "north",
            TenantTag = CaseFiles.Text(source["tenantTag"]) is { } tag && TokenValue.TryParse(tag, out var value) ? value : null,
            Environment = CaseFiles.Text(source["environment"]) ?? "production",
            Peer = source["peer"] is { } peer ? IPAddress.Parse(peer.GetValue<string>()) : null,
            Now = now,
            Parts = CaseParts.Read(source),
            Tool = CaseFiles.Text(source["tool"]),
            Justification = CaseFiles.Text(source["justification"]),
        };
    }

    private static Caller ReadCaller(JsonObject caller, DateTimeOffset now)
    {
        var purposes = CaseFiles.Texts(caller["purpose"]);
        var lifetime = caller["lifetime"]?.GetValue<int>() ?? 300;
        return new Caller
        {
            Issuer = CaseFiles.Text(caller["issuer"]) ?? "hospital-idp",
            IssuerEnvironment = CaseFiles.Text(caller["issuerEnvironment"]) ?? "production",
            ClientId = caller["client"]!.GetValue<string>(),
            Subject = CaseFiles.Text(caller["subject"]),
            Scopes = CaseScopes.Read(CaseFiles.Text(caller["scopes"])),
            Purposes = [.. purposes.Where(static code => PurposeOfUse.TryParse(code, out _)).Select(PurposeOfUse.Parse)],
            HasUnknownPurpose = purposes.Any(static code => !PurposeOfUse.TryParse(code, out _)),
            PurposeFromRegistry = caller["purposeFromRegistry"]?.GetValue<bool>() ?? false,
            PatientContext = caller["patient"] is { } patient ? PatientId.Parse(patient.GetValue<string>()) : null,
            Tenant = CaseFiles.Text(caller["tenant"]),
            Task = CaseFiles.Text(caller["task"]),
            AuthenticatedAt = caller["signedInAgo"] is { } ago ? now.AddSeconds(-ago.GetValue<int>()) : null,
            Acr = CaseFiles.Text(caller["acr"]),
            IssuedAt = now.AddSeconds(-30),
            ExpiresAt = now.AddSeconds(lifetime - 30),
            TokenId = CaseFiles.Text(caller["tokenId"]),
            TokenHash = CaseFiles.Text(caller["tokenHash"]) ?? "00",
            Binding = caller["binding"] is { } binding
                ? Enum.Parse<ProofBinding>(binding.GetValue<string>(), ignoreCase: true)
                : ProofBinding.None,
            CertificateHash = CaseFiles.Text(caller["certificate"]),
            Actors = CaseFiles.Texts(caller["actors"]),
        };
    }

    private static Revocation ReadRevocation(JsonObject row, int place) =>
        new(
            $"r{place}",
            Enum.Parse<RevocationTarget>(row["target"]!.GetValue<string>().Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            row["value"]!.GetValue<string>(),
            CaseFiles.Text(row["issuer"]),
            CaseFiles.Moment(row["before"]),
            "case",
            "case",
            default,
            row["lifted"]?.GetValue<bool>() ?? false
        );
}
