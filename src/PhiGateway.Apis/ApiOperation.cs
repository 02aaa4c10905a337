using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>One row of a declared table, compiled: which method and path mean which interaction with which type; immutable.</summary>
public sealed class ApiOperation
{
    internal ApiOperation(string method, PathTemplate path, ResourceType type, Interaction interaction)
    {
        Method = method;
        Path = path;
        Type = type;
        Interaction = interaction;
        Template = $"{method} {path.Text}";
    }

    /// <summary>Exact upper-case method.</summary>
    public string Method { get; }

    /// <summary>The FHIR type whose grants and scopes apply.</summary>
    public ResourceType Type { get; }

    /// <summary>What it does, in FHIR's words.</summary>
    public Interaction Interaction { get; }

    /// <summary>Method and template, free of PHI.</summary>
    public string Template { get; }

    /// <summary>
    /// The row by which the stored version of what this one changes is read; null: there is none, so only unrestricted grants may change
    /// it.
    /// </summary>
    public ApiOperation? StoredRead { get; internal set; }

    /// <summary>
    /// It makes a record at a place that the client names, by its id or by a PUT (RFC 9110 section 9.3.4): whatever is there already would be
    /// written over.
    /// </summary>
    public bool CreatesInPlace => Interaction == Interaction.Create && (IdPlace >= 0 || (Method == "PUT" && Path.Variables.Count > 0));

    /// <summary>Whether answers have a body that may leave.</summary>
    public bool HasAnswer => Answer is not null;

    /// <summary>Whether one record that may not leave withholds the whole answer.</summary>
    public bool WithholdsAll => Answer is { WithholdsAll: true, Envelope: not null };

    internal PathTemplate Path { get; }

    /// <summary>Place of the variable that is the record's id; -1: none.</summary>
    internal int IdPlace { get; init; } = -1;

    /// <summary>Place of the variable that names the patient; -1: none.</summary>
    internal int PatientPlace { get; init; } = -1;

    /// <summary>Query parameter that names the patient; null: none.</summary>
    internal string? PatientParameter { get; init; }

    /// <summary>The query may leave the patient out.</summary>
    internal bool PatientIsOptional { get; init; }

    /// <summary>What stands between several patients in the query; null: one only.</summary>
    internal string? PatientSeparator { get; init; }

    /// <summary>What a query parameter or member of the body asks for; one that is not there may ask for anything.</summary>
    internal IReadOnlyDictionary<string, string> QueryElements { get; init; } = new Dictionary<string, string>();

    /// <summary>How answers lead on; null: they do not.</summary>
    public ApiNext? Next { get; init; }

    /// <summary>Most bytes of an answer; null: no bound of its own.</summary>
    public long? MaxAnswerBytes => Answer?.MaxBytes;

    internal PatientIdForm PatientForm { get; init; } = new(string.Empty, false);

    internal IReadOnlySet<string> Query { get; init; } = new HashSet<string>();

    internal ApiBody? Body { get; init; }

    internal ApiAnswer? Answer { get; init; }

    internal Confidentiality Floor { get; init; }

    /// <summary>What can be known of its records; what the decision point may rely on. Set once, when all rows are known.</summary>
    internal JudgeableFacts Judgeable { get; set; } = new([], false, Confidentiality.VeryRestricted);

    internal bool NamesPatient => PatientPlace >= 0 || PatientParameter is not null;
}
