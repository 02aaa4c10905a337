using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>One client with everything its path depends on, resolved and compiled; immutable.</summary>
/// <remarks>Only <c>RegistrySnapshotBuilder</c> makes entries whose path can be open: one made otherwise has no open moment.</remarks>
public sealed class ClientEntry
{
    public required Client Client { get; init; }

    /// <summary>Null when the client names a use case that does not exist: the path is closed.</summary>
    public UseCase? UseCase { get; init; }

    public Agreement? Agreement { get; init; }

    public Organization? Organization { get; init; }

    /// <summary>All credentials of the client.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>The latest approval; null: never approved.</summary>
    public Approval? Approval { get; init; }

    /// <summary>Who approved it: also who carried the approval over a change that only narrowed. Empty: never approved.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>The latest access review; null: never reviewed.</summary>
    public Review? Review { get; init; }

    /// <summary>Fingerprint of what would be approved now, lower-case hex.</summary>
    public string Fingerprint { get; init; } = string.Empty;

    /// <summary>The share of it that says what the client may do, whoever comes; a rotation of keys leaves it as it is.</summary>
    public string RightsFingerprint { get; init; } = string.Empty;

    /// <summary>
    /// Path of the first thing about this client that contradicts itself, such as <c>clients/acme/environment</c>; null when all is well.
    /// </summary>
    public string? Contradiction { get; init; }

    /// <summary>The doors before the credential's, in the order in which the decision asks.</summary>
    internal PathDoor[] Doors { get; init; } = [];

    /// <summary>From this tick on every door is open …</summary>
    internal long OpenFrom { get; init; } = long.MaxValue;

    /// <summary>… until this one; then the doors say which closed.</summary>
    internal long OpenUntil { get; init; }

    internal UseCaseEntry? Compiled { get; init; }

    internal CredentialEntry[] CompiledCredentials { get; init; } = [];

    /// <summary>The certificates among them, by SHA-256 in lower-case hex; where there are any, one of them must be proven.</summary>
    internal IReadOnlyDictionary<string, CredentialEntry> Certificates { get; init; } = new Dictionary<string, CredentialEntry>();

    /// <summary>Tenants the client may be seen in: its own, or all of its use case.</summary>
    internal string[] Tenants { get; init; } = [];

    internal IPNetwork[] Networks { get; init; } = [];

    internal HourWindow[] Hours { get; init; } = [];

    /// <summary>The charter of an agent; null: it has none, or one that cannot be read and closes the path.</summary>
    internal CharterEntry? Charter { get; init; }

    /// <summary>Whether possession must be proven at all, and which proofs count.</summary>
    internal bool BindingRequired { get; init; }

    internal bool AcceptsMtls { get; init; }

    internal bool AcceptsDpop { get; init; }

    internal TaskEntry[] Tasks
    {
        get;
        init => (field, TaskTable) = (value, value.Length == 0 ? TaskTable.None : new TaskTable(value));
    } = [];

    /// <summary>The same by whom and by what they are for.</summary>
    internal TaskTable TaskTable { get; private init; } = TaskTable.None;

    /// <summary>Whether anything is open to it by a task alone.</summary>
    public bool HasTasks => Tasks.Length > 0;

    /// <summary>The patients of its tasks that are for one record alone; empty for nearly every record.</summary>
    public IReadOnlyList<PatientId> PatientsOfTasksFor(ResourceType type, string id)
    {
        var places = TaskTable.Of(type, id);
        var patients = new PatientId[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            patients[i] = TaskTable[places[i]].Patient;
        }

        return patients;
    }
}
