using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>One client with everything that stands behind it, as stored now.</summary>
/// <param name="Client">The client.</param>
/// <param name="Version">Its version.</param>
/// <param name="UseCase">Its use case; null: it does not exist.</param>
/// <param name="Organization">Who runs it.</param>
/// <param name="Agreement">Under which contract.</param>
/// <param name="Credentials">How it is recognised.</param>
/// <param name="Approval">The approval that counts.</param>
/// <param name="IsApproved">Whether that approval is of exactly what stands here.</param>
/// <param name="Grants">What it may do, one grant each, in words and in the order of their names.</param>
/// <param name="Approvals">Every approval that it ever had, the newest first.</param>
/// <param name="Lift">What the gateway did to it by itself, and who asks that it be lifted; null: nothing that stands.</param>
public sealed record ClientProfile(
    Client Client,
    long Version,
    UseCase? UseCase,
    Organization? Organization,
    Agreement? Agreement,
    IReadOnlyList<Credential> Credentials,
    Approval? Approval,
    bool IsApproved,
    IReadOnlyList<string> Grants,
    IReadOnlyList<Approval> Approvals,
    LiftState? Lift
);

/// <summary>What stands of what the gateway did to a client by itself.</summary>
/// <param name="IsClosed">Whether it closed the path; else it slowed the client down.</param>
/// <param name="AskedBy">Who has asked that it be lifted.</param>
public sealed record LiftState(bool IsClosed, IReadOnlyList<string> AskedBy);

/// <summary>One client in a list.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">Title of its use case.</param>
/// <param name="Organization">Name of its organization.</param>
/// <param name="PathOpen">Whether its path is open on this node.</param>
/// <param name="Closed">The first closed door; null: none.</param>
/// <param name="Next">The door that closes next by itself; null: none has a date.</param>
public sealed record ClientLine(Client Client, string? UseCase, string? Organization, bool PathOpen, DoorReport? Closed, DoorReport? Next);

/// <summary>One page of a directory of clients.</summary>
/// <param name="Items">By id.</param>
/// <param name="Total">How many match in all.</param>
/// <param name="NextCursor">Id after which the next page begins; null: this is the last.</param>
public sealed record ClientPage(IReadOnlyList<ClientLine> Items, int Total, string? NextCursor);
