using System.Net;
using System.Text.Json;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>Reads a record of the trail back into the request that was decided, as far as the record tells; asked for each replayed record.</summary>
/// <remarks>
/// A record keeps neither the token's scope nor the body of a write: scopes are taken to cover everything, of a write only type and interaction are
/// decided, and of a search by POST whose record, of before, does not hold its body what its parameters pull in and walk over.
/// </remarks>
internal static class RecordedAccess
{
    /// <summary>Why what continues an earlier request, or is a frame for others, is not read back.</summary>
    public const string PageOrJob = "page-or-job";

    private const string AnyScope = "system/*.cruds";

    // What was understood then is read again, also where its client asked to have passed over what nobody knows.
    private const string Lenient = "handling=lenient";

    /// <summary>The request; null with the word for why it cannot be read back.</summary>
    public static AccessRequest? Read(AuditRecord record, AdminOptions options, out string why)
    {
        if (record is not { Issuer: not null, IssuerClientId: not null, Tenant: not null, Template: not null, RawTarget: ['/', ..] target })
        {
            why = "incomplete";
            return null;
        }

        if (InteractionOf(record) is not { } interaction)
        {
            why = PageOrJob;
            return null;
        }

        IReadOnlyList<AccessPart>? parts;
        if (IsBodyWrite(interaction))
        {
            parts = OfWrite(record, interaction);
        }
        else
        {
            parts = OfLine(record, target, options);
        }

        why = "unreadable";
        return parts is null ? null : Of(record, parts);
    }

    /// <summary>Whether what it writes stands in a body, which no record keeps.</summary>
    public static bool IsBodyWrite(Interaction interaction) => interaction is Interaction.Create or Interaction.Update or Interaction.Patch;

    /// <summary>The recorded interaction; null for what continues an earlier request or is only a frame for others.</summary>
    public static Interaction? InteractionOf(AuditRecord record)
    {
        foreach (var interaction in Enum.GetValues<Interaction>())
        {
            if (JsonNamingPolicy.KebabCaseLower.ConvertName(interaction.ToString()) == record.Interaction)
            {
                return
                    interaction
                        is Interaction.None
                            or Interaction.SearchPage
                            or Interaction.ExportStatus
                            or Interaction.ExportCancel
                            or Interaction.ExportFile
                            or Interaction.Batch
                            or Interaction.Transaction
                            or Interaction.Capabilities
                    ? null
                    : interaction;
            }
        }

        return null;
    }

    private static AccessRequest Of(AuditRecord record, IReadOnlyList<AccessPart> parts) =>
        new()
        {
            Caller = new Caller
            {
                Issuer = record.Issuer!,
                IssuerEnvironment = record.Environment ?? string.Empty,
                ClientId = record.IssuerClientId!,
                Scopes = SmartScopeReader.Read(AnyScope),
                Purposes = PurposesOf(record),
                HasUnknownPurpose = false,
                PurposeFromRegistry = record.PurposeFrom == "registry",
                AuthenticatedAt = record.AuthTime,
                Acr = record.Acr,
                // Records of before these two were kept say neither.
                IsSignInKnown = record.AuthTime is not null,
                IssuedAt = record.Time,
                ExpiresAt = record.Time,
                TokenHash = "none",
                Task = record.Task,
                CertificateHash = record.Certificate,
                Actors = record.Actors,
                Binding = record.Binding switch
                {
                    "mtls" => ProofBinding.Mtls,
                    "dpop" => ProofBinding.Dpop,
                    "api-key" => ProofBinding.ApiKey,
                    _ => ProofBinding.None,
                },
            },
            Tenant = record.Tenant!,
            Environment = record.Environment ?? string.Empty,
            Peer = IPAddress.TryParse(record.Peer, out var peer) ? peer : null,
            Now = record.Time,
            Parts = parts,
            Tool = record.Tool,
            Justification = record.Note,
            // No record says whether its network or its type was new; of those that were, a client is asked for a fresh sign-in once.
            Habits = ClientHabits.Known,
        };

    private static IReadOnlyList<PurposeOfUse> PurposesOf(AuditRecord record) =>
        record is { Purpose: { } codes, PurposeFrom: not "registry" }
            ? [.. codes.Split(' ').Where(static code => PurposeOfUse.TryParse(code, out _)).Select(PurposeOfUse.Parse)]
            : [];

    // Decided without its content: whose record it is stands in the record.
    private static List<AccessPart>? OfWrite(AuditRecord record, Interaction interaction) =>
        ResourceType.TryParse(record.ResourceType, out var type) ? [new AccessPart { Interaction = interaction, Type = type }] : null;

    private static IReadOnlyList<AccessPart>? OfLine(AuditRecord record, string target, AdminOptions options)
    {
        var basePath = BaseOf(target, record.Template!);
        if (
            basePath is null
            || record.Method is not { } method
            || !CanonicalReader.ReadAsked(method, target, basePath).TryGet(out var canonical, out _)
        )
        {
            return null;
        }

        var form = RecordedForm.Of(record);
        var reading = FhirRequestReader.Read(
            canonical,
            new FhirHeaders { ContentType = form.IsEmpty ? null : RecordedForm.MediaType, Prefer = Lenient },
            form,
            new FhirContext
            {
                GatewayBase = "https://gateway.invalid" + basePath,
                UpstreamBases = [],
                Declared = options.DeclaredParametersOf(basePath),
            }
        );
        return reading.TryGet(out var fhir, out _) && fhir.Parts.Count > 0 ? fhir.Parts : null;
    }

    // The template says how many segments stand below the route's base.
    private static string? BaseOf(string target, string template)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = (query < 0 ? target : target[..query]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var line = template[(template.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        var below = line.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        return below <= path.Length ? "/" + string.Join('/', path[..^below]) : null;
    }
}
