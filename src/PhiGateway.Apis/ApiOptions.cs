namespace PhiGateway.Apis;

/// <summary>
/// One clinical API that is not FHIR, as an operator declares it: the table of everything that may be asked of it. What it does not list is
/// refused.
/// </summary>
public sealed class ApiOptions
{
    /// <summary>
    /// Confidentiality of every record that says nothing else: U, L, M, N, R or V; required. Grants with a lower ceiling get nothing from
    /// this API.
    /// </summary>
    public string Confidentiality { get; set; } = string.Empty;

    /// <summary>The rows; at least one. No two of one method may overlap.</summary>
    public IReadOnlyList<ApiOperationOptions> Operations { get; set; } = [];
}

/// <summary>
/// What an operator writes as one row of a declared table: a method and a path template, and what they mean in FHIR's words.
/// </summary>
public sealed class ApiOperationOptions
{
    /// <summary>GET, POST, PUT, PATCH or DELETE; required. A GET answers HEAD too.</summary>
    public string Method { get; set; } = string.Empty;

    /// <summary>
    /// Template below the route's base, such as <c>/v1/patients/{patient}/results/{id}</c>; a variable is a whole segment. Required.
    /// </summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>FHIR resource type whose grants and scopes apply, such as <c>Observation</c>; required.</summary>
    public string ResourceType { get; set; } = string.Empty;

    /// <summary>read, search, create, update, patch or delete; required.</summary>
    public string Interaction { get; set; } = string.Empty;

    /// <summary>Path variable that is the record's id; null: the path names no record.</summary>
    public string? Id { get; set; }

    /// <summary>Where the request names the patient; null: nowhere but in the body or the answer.</summary>
    public ApiPatientOptions? Patient { get; set; }

    /// <summary>Query parameters that may be used, each at most once; none by default. Any other is refused.</summary>
    public IReadOnlyList<string> Query { get; set; } = [];

    /// <summary>
    /// Query parameter (of a search by body: its member) to the FHIR element whose value it asks for, such as <c>category</c>; empty for
    /// one that asks for none, such as a page number.
    /// Security: a client that sees only some elements may use no other ones.
    /// </summary>
    public IReadOnlyDictionary<string, string> QueryElements { get; set; } = new Dictionary<string, string>();

    /// <summary>As <see cref="ApiOptions.Confidentiality"/>, for this row; null: the API's.</summary>
    public string? Confidentiality { get; set; }

    /// <summary>The body that is sent; null: none may be.</summary>
    public ApiBodyOptions? Body { get; set; }

    /// <summary>The answer that comes back; null (writes only): its body is never passed on.</summary>
    public ApiAnswerOptions? Answer { get; set; }
}

/// <summary>What an operator writes about where a request's line names the patient.</summary>
public sealed class ApiPatientOptions
{
    /// <summary><c>path</c> or <c>query</c>; required.</summary>
    public string In { get; set; } = string.Empty;

    /// <summary>
    /// Name of the path variable or query parameter; required. A query parameter named here must be there, unless it is
    /// <see cref="Optional"/>.
    /// </summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>
    /// What stands before the registry's patient id, such as <c>MRN-</c>; default nothing. A value without it names no patient.
    /// </summary>
    public string Prefix { get; set; } = string.Empty;

    /// <summary>
    /// For a search by query: the parameter may be left out, and the gateway then puts in the patients whom the client may see, where they
    /// are few enough to be named. Default false.
    /// </summary>
    public bool Optional { get; set; }

    /// <summary>
    /// For a search by query: what stands between several patients in one value, such as a comma; null (the default): one patient only.
    /// </summary>
    public string? Separator { get; set; }
}

/// <summary>What an operator writes about where a body or one item of an answer names the patient.</summary>
public sealed class ApiPointerOptions
{
    /// <summary>
    /// JSON pointer (RFC 6901) within the body or item; <c>*</c> stands for every element of an array, and then the record is all these
    /// patients'. Required.
    /// </summary>
    public string Pointer { get; set; } = string.Empty;

    /// <summary>What stands before the registry's patient id, such as <c>Patient/</c>; default nothing.</summary>
    public string Prefix { get; set; } = string.Empty;

    /// <summary>The id is a JSON number, a whole one; default false: a string.</summary>
    public bool Number { get; set; }
}

/// <summary>What an operator writes about a request's body: one JSON object, and where it says what policy must know.</summary>
public sealed class ApiBodyOptions
{
    /// <summary>
    /// Its media type; default <c>application/json</c>. Another JSON type may be named, but not JSON Patch, which cannot be judged here.
    /// </summary>
    public string MediaType { get; set; } = "application/json";

    /// <summary>
    /// Members it may have at its top; empty (the default): any. Required for a search, whose body is a question that must be understood.
    /// </summary>
    public IReadOnlyList<string> Members { get; set; } = [];

    /// <summary>Where it names the patient; null: nowhere. Together with a patient in the line both must name the same one.</summary>
    public ApiPointerOptions? Patient { get; set; }

    /// <summary>Pointer to the record's own id, which must be that of the path when it is there; null: nowhere.</summary>
    public string? Id { get; set; }

    /// <summary>Pointer to its confidentiality (U L M N R V); null: it says none.</summary>
    public string? Confidentiality { get; set; }

    /// <summary>Pointer to its sensitivity labels, as <c>code</c> or <c>system|code</c>; null: it says none.</summary>
    public string? Labels { get; set; }

    /// <summary>
    /// FHIR token parameter to the pointer of its code, such as <c>category</c>: <c>/category</c>; what grants' and scopes' conditions are
    /// checked on.
    /// </summary>
    public IReadOnlyDictionary<string, string> Tokens { get; set; } = new Dictionary<string, string>();
}

/// <summary>What an operator writes about an answer: one record or records in an array, and what may leave of it.</summary>
public sealed class ApiAnswerOptions
{
    /// <summary>
    /// Pointer to the records, ending in <c>*</c>, such as <c>/results/*</c> or <c>/*</c>; null: the whole answer is one record.
    /// </summary>
    public string? Items { get; set; }

    /// <summary>
    /// Members beside the records that may leave, as pointers such as <c>/page</c>; none by default: all else is cut. Nothing that counts
    /// or sums up records belongs here.
    /// </summary>
    public IReadOnlyList<string> Keep { get; set; } = [];

    /// <summary>Where the answer leads on to more; null: nowhere, and links and cursors beside the records are cut.</summary>
    public ApiNextOptions? Next { get; set; }

    /// <summary>Most records that an answer may have; more is refused as too large. Default 10000.</summary>
    public int MaxItems { get; set; } = 10_000;

    /// <summary>Most bytes that an answer may have; null (the default): as <c>Limits:MaxAnswer</c>, which holds in any case.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// FHIR element to where it stands in each record, one or more pointers with spaces between them, such as <c>value</c>: <c>/value
    /// /unit</c>; what grants' <c>elements</c> are trimmed to. None by default: then a grant with elements does not count here.
    /// </summary>
    public IReadOnlyDictionary<string, string> Elements { get; set; } = new Dictionary<string, string>();

    /// <summary>Pointer to a number beside the records that is replaced by how many of them are released; null: none.</summary>
    public string? Count { get; set; }

    /// <summary>
    /// <c>drop-item</c> (default): a record that may not leave is left out; <c>withhold-answer</c>: then the whole answer is withheld, as
    /// if there were none.
    /// </summary>
    public string OnWithheld { get; set; } = "drop-item";

    /// <summary>
    /// Where each record names its patient; required for types that are somebody's record, unless <see cref="AssumeRequestPatient"/>.
    /// </summary>
    public ApiPointerOptions? Patient { get; set; }

    /// <summary>
    /// Security: takes every record for that of the patient whom the request's line names, without seeing it in the record. Only for
    /// backends that never mix patients. Default false.
    /// </summary>
    public bool AssumeRequestPatient { get; set; }

    /// <summary>Pointer to each record's id; null: records have none (in the audit record they are then known by type only).</summary>
    public string? Id { get; set; }

    /// <summary>Pointer to each record's confidentiality (U L M N R V); null: it says none.</summary>
    public string? Confidentiality { get; set; }

    /// <summary>
    /// Pointer to each record's sensitivity labels, as <c>code</c> (of HL7's ActCode) or <c>system|code</c>; null: it says none.
    /// </summary>
    public string? Labels { get; set; }

    /// <summary>
    /// FHIR token parameter to the pointer of its code in each record; what grants' and scopes' conditions are checked on.
    /// </summary>
    public IReadOnlyDictionary<string, string> Tokens { get; set; } = new Dictionary<string, string>();
}

/// <summary>
/// Where an answer leads on to more of it. What stands there leaves only sealed: bound to client and request, and decided anew when it is
/// used.
/// </summary>
public sealed class ApiNextOptions
{
    /// <summary>Pointer beside the records; required.</summary>
    public string Pointer { get; set; } = string.Empty;

    /// <summary>
    /// Query parameter in which the cursor that stands there is sent back; null (the default): it is the address of the next page.
    /// </summary>
    public string? Parameter { get; set; }
}
