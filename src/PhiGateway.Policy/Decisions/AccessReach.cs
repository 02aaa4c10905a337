using System.Collections.Frozen;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Computes what one caller's scopes and its use case's grants reach at one moment; shared by the decision, narrowing and the judge of
/// answers, so that all three agree.
/// </summary>
internal sealed class AccessReach
{
    private readonly Caller _caller;
    private readonly ClientEntry _entry;
    private readonly IReadOnlyList<ClientEntry> _agents;
    private readonly long _ticks;
    private readonly RegistrySnapshot _snapshot;
    private readonly bool _hasUser;
    private readonly bool _isBoundToPatient;

    // What is asked of the sign-in, where it is not as it must be.
    private readonly StepUpEntry? _unmet;

    // The counted tasks that are used for this request; until they are known, all that are live.
    private IReadOnlySet<string>? _counted;

    // The roster looked up last, mostly the only one; id and members in one reference, so that they can never be mixed up.
    private FoundRoster? _found;

    internal AccessReach(Caller caller, ClientEntry entry, IReadOnlyList<ClientEntry> agents, RegistrySnapshot snapshot, long ticks)
    {
        _caller = caller;
        _entry = entry;
        _agents = agents;
        _ticks = ticks;
        _snapshot = snapshot;
        UseCase = entry.Compiled!;

        // A subject equal to the client is the client itself, not a person: user/ scopes then mean nothing (SMART App Launch 2, scopes).
        _hasUser = caller.Subject is { Length: > 0 } subject && !string.Equals(subject, caller.ClientId, StringComparison.Ordinal);
        _isBoundToPatient = caller.PatientContext is not null && HasPatientScopes;
        _unmet = UseCase.StepUp is { } asked && !IsSignedInAs(asked, caller, ticks) ? asked : null;
    }

    internal UseCaseEntry UseCase { get; }

    /// <summary>The tag of the tenant's records; null: none is needed.</summary>
    internal TokenValue? TenantTag { get; init; }

    /// <summary>The task that the token names: nothing outside it is reached; null: it names none.</summary>
    internal TaskEntry? Task { get; init; }

    /// <summary>What the client did before; null: nobody has kept it.</summary>
    internal ClientHabits? Habits { get; init; }

    internal long Ticks => _ticks;

    /// <summary>Labels besides HL7's sensitivities that grants of the registry name.</summary>
    internal IReadOnlyList<SecurityLabel> KnownLabels => _snapshot.Labels.All;

    internal PatientId? Context => _caller.PatientContext;

    internal ScopeSet Scopes => _caller.Scopes;

    /// <summary>Whether any scope confines to the patient of the context.</summary>
    internal bool HasPatientScopes
    {
        get
        {
            var scopes = _caller.Scopes.Scopes;
            for (var place = 0; place < scopes.Count; place++)
            {
                if (scopes[place].Level == ScopeLevel.Patient)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The members of a grant's roster, as of the pinned snapshot.</summary>
    internal RosterMembers RosterOf(int grant)
    {
        var id = UseCase.Grants[grant].Roster;
        if (id is null)
        {
            return RosterMembers.Nobody;
        }

        var found = _found;
        if (found is null || !string.Equals(id, found.Id, StringComparison.Ordinal))
        {
            _found = found = new FoundRoster(id, _snapshot.FindRoster(id));
        }

        return found.Members;
    }

    /// <summary>Whether a scope means anything for this caller: patient/ needs a patient, user/ a user.</summary>
    internal bool IsUsable(SmartScope scope) =>
        scope.Level switch
        {
            ScopeLevel.System => true,
            ScopeLevel.User => _hasUser,
            ScopeLevel.Patient => _caller.PatientContext is not null,
            _ => false,
        };

    /// <summary>
    /// Whether a scope covers only the record of the patient that the token names: a patient/ scope, and a system/ scope that stands beside
    /// one in such a token.
    /// </summary>
    /// <remarks>
    /// A token that names a patient was given for that patient, by a person who was asked; system/ scopes are for services with nobody in
    /// the loop (SMART App Launch 2, scopes). Both in one token contradict each other, and the narrower counts. A user/ scope beside a
    /// patient/ scope is ordinary and stays what its user may see.
    /// </remarks>
    internal bool IsConfined(SmartScope scope) =>
        scope.Level == ScopeLevel.Patient || (scope.Level == ScopeLevel.System && _isBoundToPatient);

    /// <summary>These grants without those that cannot cover anyone now: context without a context, task without a live task.</summary>
    internal GrantSet Usable(GrantSet grants)
    {
        var usable = grants;
        foreach (var place in grants)
        {
            var reach = UseCase.Grants[place].Reach;
            if ((reach == PatientReach.Context && _caller.PatientContext is null) || (reach == PatientReach.Task && !HasLiveTask()))
            {
                usable = usable.Without(place);
            }
        }

        return usable;
    }

    /// <summary>Whether a grant covers a patient's data; type and id matter to tasks for one resource.</summary>
    internal bool GrantCovers(int grant, PatientId patient, ResourceType type, string? id) =>
        (Task is not { } task || task.Covers(patient, type, id, _ticks)) && Admits(type) && IsReached(grant, patient, type, id);

    /// <summary>Whether what is nobody's record may leave as far as the task goes: only where the task names its type.</summary>
    internal bool TaskAdmitsNobodys(ResourceType type) => (Task is not { } task || task.Types.Contains(type)) && Admits(type);

    /// <summary>Whether the sign-in behind the token is as the use case asks for a type.</summary>
    internal bool SignInAdmits(ResourceType type) => _unmet is null || !_unmet.IsFor(type) || !IsAskedNow(_unmet, type);

    // Where nobody has kept what the client did before, all of it is new.
    private bool IsAskedNow(StepUpEntry asked, ResourceType type) =>
        asked.IsAlways || (asked.OnNewNetwork && Habits?.KnowsNetwork != true) || (asked.OnNewType && Habits?.Types.Contains(type) != true);

    /// <summary>The first agent behind the call whose charter names types and not this one; null: there is none.</summary>
    internal ClientEntry? FindAgentBeyond(ResourceType type)
    {
        for (var i = 0; i < _agents.Count; i++)
        {
            if (_agents[i].Charter is { Types: { IsEmpty: false } types } && !types.Contains(type))
            {
                return _agents[i];
            }
        }

        return null;
    }

    // How long ago is asked only where the use case says how fresh it must be: a sign-in of which nothing is said is none.
    internal static bool IsSignedInAs(StepUpEntry asked, Caller caller, long ticks) =>
        !caller.IsSignInKnown
        || (
            (asked.Within == long.MaxValue || (caller.SignedInAt is { } moment && ticks - moment.UtcTicks <= asked.Within))
            && (asked.Acr.Length == 0 || (caller.Acr is { } acr && Array.IndexOf(asked.Acr, acr) >= 0))
        );

    private bool Admits(ResourceType type) => SignInAdmits(type) && FindAgentBeyond(type) is null;

    /// <summary>By what a grant covers a patient whom it covers, in words for the record; null: it does not.</summary>
    internal string? CoverageOf(int grant, PatientId patient, ResourceType type, string? id)
    {
        var rule = UseCase.Grants[grant];
        return rule.Reach switch
        {
            PatientReach.Roster => RosterOf(grant).CoverageOf(patient, rule.Coverage),
            PatientReach.Task => FindTask(patient, type, id)?.Coverage,
            _ => rule.Coverage,
        };
    }

    /// <summary>Whether a search by one patient may find the one resource that a task is for.</summary>
    internal bool TaskIsSearched(int grant, PatientId patient, ResourceType type)
    {
        if (Task is { } named)
        {
            return named.Patient == patient
                && named.Type == type
                && named.Permits(Interaction.SearchType, type)
                && IsReached(grant, patient, type, named.Id);
        }

        if (UseCase.Grants[grant].Reach != PatientReach.Task)
        {
            return false;
        }

        foreach (var place in _entry.TaskTable.Of(patient))
        {
            var task = _entry.TaskTable[place];
            if (Counts(task) && task.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    // By the grant alone.
    private bool IsReached(int grant, PatientId patient, ResourceType type, string? id) =>
        UseCase.Grants[grant].Reach switch
        {
            PatientReach.Any => patient.Value is not null,
            PatientReach.Roster => RosterOf(grant).Covers(patient, _ticks),
            PatientReach.Context => patient.Value is not null && _caller.PatientContext == patient,
            PatientReach.Task => FindTask(patient, type, id) is not null,
            _ => false,
        };

    /// <summary>From here on, of the tasks with a number of uses only these cover anything.</summary>
    internal void ConfineToCounted(IReadOnlyList<TaskEntry> tasks) =>
        _counted = tasks.Count == 0 ? FrozenSet<string>.Empty : tasks.Select(static task => task.Task).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a usable scope's level covers a patient's data.</summary>
    internal bool ScopeCovers(SmartScope scope, PatientId patient) =>
        !IsConfined(scope) || (patient.Value is not null && _caller.PatientContext == patient);

    /// <summary>Whether scopes for a type add up to the rights needed, for one named patient when one is given.</summary>
    internal bool ScopesGrant(ResourceType type, ScopeRights needed, bool usableOnly, PatientId? patient = null)
    {
        var got = ScopeRights.None;
        var scopes = _caller.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if (
                (scope.Rights & needed) != 0
                && (type.IsNone || scope.Types.Contains(type))
                && (usableOnly ? IsUsable(scope) : scope.Level == ScopeLevel.Patient || IsUsable(scope))
                && (patient is not { } named || ScopeCovers(scope, named))
            )
            {
                got |= scope.Rights;
            }
        }

        return needed != 0 && (got & needed) == needed;
    }

    // A token that names a task is confined to that one; one that names none has those that ask for no token.
    private bool Counts(TaskEntry task) =>
        task.IsLive(_ticks) && (Task is { } named ? string.Equals(named.Task, task.Task, StringComparison.Ordinal) : !task.ByToken);

    private bool HasLiveTask() => Task is { } named ? named.IsLive(_ticks) : _ticks < _entry.TaskTable.LatestForAll;

    private TaskEntry? FindTask(PatientId patient, ResourceType type, string? id)
    {
        foreach (var place in _entry.TaskTable.Of(patient))
        {
            var task = _entry.TaskTable[place];
            if (
                Counts(task)
                && task.Covers(patient, type, id, _ticks)
                && (task.MaxUses is null || _counted is null || _counted.Contains(task.Task))
            )
            {
                return task;
            }
        }

        return null;
    }

    private sealed record FoundRoster(string Id, RosterMembers Members);
}
