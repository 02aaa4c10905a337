namespace PhiGateway.Admin.AuditEvents;

/// <summary>The profiles that emitted events keep to: IHE's for access that was allowed, the gateway's own for what IHE leaves out.</summary>
internal static class EventProfiles
{
    public const string Read = Balp + "Read";
    public const string PatientRead = Balp + "PatientRead";
    public const string Query = Balp + "Query";
    public const string PatientQuery = Balp + "PatientQuery";
    public const string Create = Balp + "Create";
    public const string PatientCreate = Balp + "PatientCreate";
    public const string Update = Balp + "Update";
    public const string PatientUpdate = Balp + "PatientUpdate";
    public const string Delete = Balp + "Delete";
    public const string PatientDelete = Balp + "PatientDelete";

    /// <summary>Access that IHE has no profile for: histories, operations, exports, intents, deliveries.</summary>
    public const string Access = Own + "access";

    /// <summary>What was refused, or failed.</summary>
    public const string Denied = Own + "denied";

    /// <summary>Emergency access.</summary>
    public const string Override = Own + "override";

    /// <summary>Changes, holds, uses of the trail, what a node says of itself.</summary>
    public const string Administration = Own + "administration";

    /// <summary>Tokens that the gateway issued, exchanged, took back, was asked about or refused.</summary>
    public const string Token = Own + "token";

    /// <summary>Every profile that an emitted event may name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Read,
        PatientRead,
        Query,
        PatientQuery,
        Create,
        PatientCreate,
        Update,
        PatientUpdate,
        Delete,
        PatientDelete,
        Access,
        Denied,
        Override,
        Administration,
        Token,
    ];

    private const string Balp = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
    private const string Own = OwnProfiles.Prefix + "audit-";
}
