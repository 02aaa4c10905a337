namespace PhiGateway.Admin.AuditEvents;

/// <summary>A code of FHIR's, with its system.</summary>
/// <param name="System">The code system.</param>
/// <param name="Code">The code.</param>
/// <param name="Display">What it is called; null: nothing is said.</param>
internal sealed record FhirCoding(string System, string Code, string? Display = null)
{
    private const string Dcm = "http://dicom.nema.org/resources/ontology/DCM";
    private const string Rest = "http://hl7.org/fhir/restful-interaction";
    private const string Entity = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string Roles = "http://terminology.hl7.org/CodeSystem/object-role";
    private const string Participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

    /// <summary>Codes of the gateway's own: events that nobody else has a code for.</summary>
    public const string Own = "urn:phi-gateway:audit-event";

    public static readonly FhirCoding RestOperation = new(
        "http://terminology.hl7.org/CodeSystem/audit-event-type",
        "rest",
        "Restful Operation"
    );
    public static readonly FhirCoding ApplicationActivity = new(Dcm, "110100", "Application Activity");
    public static readonly FhirCoding LogUsed = new(Dcm, "110101", "Audit Log Used");
    public static readonly FhirCoding SecurityAlert = new(Dcm, "110113", "Security Alert");
    public static readonly FhirCoding Authentication = new(Dcm, "110114", "User Authentication");
    public static readonly FhirCoding Start = new(Dcm, "110120", "Application Start");
    public static readonly FhirCoding Stop = new(Dcm, "110121", "Application Stop");
    public static readonly FhirCoding Login = new(Dcm, "110122", "Login");
    public static readonly FhirCoding Logout = new(Dcm, "110123", "Logout");
    public static readonly FhirCoding OverrideStarted = new(Dcm, "110127", "Emergency Override Started");
    public static readonly FhirCoding SecurityConfiguration = new(Dcm, "110129", "Security Configuration");

    public static readonly FhirCoding Application = new(Dcm, "110150", "Application");
    public static readonly FhirCoding Destination = new(Dcm, "110152", "Destination Role ID");
    public static readonly FhirCoding Source = new(Dcm, "110153", "Source Role ID");
    public static readonly FhirCoding Custodian = new(
        "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
        "custodian",
        "Custodian"
    );
    public static readonly FhirCoding Recipient = new(Participation, "IRCP", "information recipient");
    public static readonly FhirCoding Agent = new("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "AGNT", "agent");
    public static readonly FhirCoding Author = new(Participation, "AUT", "author (originator)");

    public static readonly FhirCoding Person = new(Entity, "1", "Person");
    public static readonly FhirCoding SystemObject = new(Entity, "2", "System Object");
    public static readonly FhirCoding OtherEntity = new(Entity, "4", "Other");
    public static readonly FhirCoding RequestId = new("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId");

    public static readonly FhirCoding PatientRole = new(Roles, "1", "Patient");
    public static readonly FhirCoding DomainResource = new(Roles, "4", "Domain Resource");
    public static readonly FhirCoding SecurityResource = new(Roles, "13", "Security Resource");
    public static readonly FhirCoding DataRepository = new(Roles, "17", "Data Repository");
    public static readonly FhirCoding Query = new(Roles, "24", "Query");

    public static readonly FhirCoding SecurityServer = new(
        "http://terminology.hl7.org/CodeSystem/security-source-type",
        "6",
        "Security Server"
    );

    /// <summary>An interaction of FHIR's REST.</summary>
    public static FhirCoding Interaction(string code) => new(Rest, code, code);

    /// <summary>An event of the gateway's own.</summary>
    public static FhirCoding Event(string code) => new(Own, code);

    /// <summary>A purpose of use.</summary>
    public static FhirCoding Purpose(string code) => new("http://terminology.hl7.org/CodeSystem/v3-ActReason", code);

    /// <summary>Whether a search's token (<c>code</c>, <c>system|code</c>, <c>system|</c>) means it.</summary>
    public bool Matches(string token)
    {
        var bar = token.LastIndexOf('|');
        if (bar < 0)
        {
            return Code == token;
        }

        return System == token[..bar] && (bar == token.Length - 1 || Code == token[(bar + 1)..]);
    }
}
