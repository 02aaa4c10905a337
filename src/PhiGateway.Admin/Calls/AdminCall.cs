namespace PhiGateway.Admin.Calls;

/// <summary>
/// One call of the control plane without its HTTP: made once at the boundary, taken by every command, and told to the journal.
/// </summary>
/// <param name="Caller">Who calls, authenticated and with roles.</param>
/// <param name="RequestId">Parent of every audit record that the call writes.</param>
/// <param name="Cancelled">The caller has gone; what has begun to be written is written all the same.</param>
internal sealed record AdminCall(AdminCaller Caller, Guid RequestId, CancellationToken Cancelled)
{
    /// <summary>The verb of the protocol, for the record.</summary>
    public string? Method { get; init; }

    /// <summary>Where it came from, for the record.</summary>
    public string? Peer { get; init; }

    /// <summary>Say what would change; change nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>A document of a newer version may be replaced although this one does not know all of it.</summary>
    public bool DropUnknown { get; init; }

    /// <summary>The change is marked as narrowing only, so that its approvals go along.</summary>
    public bool CarryApproval { get; init; }

    /// <summary>Tags of what the caller saw, one of which must be there still; null: none was named.</summary>
    public IReadOnlyList<string>? IfMatch { get; init; }

    /// <summary>The caller wants to create only.</summary>
    public bool CreateOnly { get; init; }

    /// <summary>The caller's name, as it stands in records and approvals.</summary>
    public string Person => Caller.Person;

    /// <summary>Everybody whose act the call may be, the caller first.</summary>
    public IReadOnlyList<string> Persons => [Caller.Person, .. Caller.Makers];

    /// <summary>
    /// Whether the call may be the act of somebody by that name. Security: every comparison of two persons asks this, never the name of the
    /// key alone.
    /// </summary>
    public bool MayBe(string name) =>
        name == PersonName.Unreadable || Persons.Any(person => person == PersonName.Unreadable || PersonName.AreSame(person, name));

    /// <summary>Whether the call may be the act of one of several.</summary>
    public bool MayBeAny(IEnumerable<string> names) => names.Any(MayBe);
}
