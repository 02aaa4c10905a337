using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Status;

/// <summary>Reports which registry is in force, on this node and as every node last said; called by the status endpoints.</summary>
internal sealed class StatusReports(
    IRegistryStore store,
    WorkingSetSource sets,
    IAuditJournal journal,
    AdminOptions options,
    TimeProvider time,
    ISnapshotSource snapshots,
    INodeHealth? health = null
)
{
    // A node reports every few seconds; one that was silent this long is not trusted to be there.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Whether a node that reported is taken to be there at a moment.</summary>
    internal static bool IsAlive(NodeStatus node, DateTimeOffset now) => !node.IsUnproven && now - node.At < Silence;

    /// <summary>The registry in the store against what this node enforces, with the tag of the whole set.</summary>
    public async Task<Outcome<StatusReport>> StatusAsync(AdminCall call)
    {
        var here = await HereAsync(call);
        return new StatusReport(
            here.Revision,
            FileExport.ETag(await sets.GetAsync(call.Cancelled)),
            here.Node,
            here.InForce,
            here.Journal,
            here.Problems
        );
    }

    /// <summary>The same without the tag, which is made of every document: for pages, which apply nothing.</summary>
    public async Task<HereReport> HereAsync(AdminCall call)
    {
        var revision = await store.GetRevisionAsync(call.Cancelled);
        var snapshot = snapshots.Current;
        var here =
            health?.Get()
            ?? new NodeHealth(
                options.Node,
                snapshot.Revision,
                null,
                "database",
                null,
                snapshot.Problems.Count,
                snapshot.Problems.Count(static problem => problem.IsNotUnderstood)
            );
        if (here.Revision > revision)
        {
            // Either somebody wrote just now, or the registry is an older one, which this node refuses.
            revision = await store.GetRevisionAsync(call.Cancelled);
        }

        var problems = snapshot
            .Problems.Take(PageRequest.Most)
            .Select(static problem => new ProblemPointer(
                problem.Path,
                problem.IsNotUnderstood ? "not-understood" : "contradiction",
                problem.Message
            ));
        return new HereReport(
            revision,
            here,
            // Security: a node beyond the registry is not at its newest, it enforces what is not there.
            here.Revision == revision,
            JsonNamingPolicy.KebabCaseLower.ConvertName(journal.Status.ToString()),
            [.. problems]
        );
    }

    /// <summary>Who else watches this node's trail; null: the host does not say.</summary>
    public TrustHealth? Trust() => health?.GetTrust();

    /// <summary>What every node last reported.</summary>
    public async Task<Outcome<NodesReport>> NodesAsync(AdminCall call)
    {
        var revision = await store.GetRevisionAsync(call.Cancelled);
        var now = time.GetUtcNow();
        var nodes = await store.ListNodesAsync(call.Cancelled);
        return new NodesReport(
            revision,
            [
                .. nodes.Select(node => new NodeReport(
                    node.Node,
                    node.Revision,
                    revision - node.Revision,
                    node.At,
                    IsAlive(node, now),
                    node.Problem,
                    node.Confirmed,
                    node.Unshipped
                )),
            ]
        );
    }
}

/// <summary>The registry's revision in the store, beside what this node enforces.</summary>
/// <param name="Revision">Revision of the store.</param>
/// <param name="SetEtag">ETag of the whole set, for <c>config:apply</c>.</param>
/// <param name="Node">This node.</param>
/// <param name="InForce">Whether this node enforces the newest revision.</param>
/// <param name="Journal">State of the audit journal.</param>
/// <param name="Problems">Contradictions, and rows of a newer version (<c>not-understood</c>); each closes only what depends on it.</param>
public sealed record StatusReport(
    long Revision,
    string SetEtag,
    NodeHealth Node,
    bool InForce,
    string Journal,
    IReadOnlyList<ProblemPointer> Problems
);

/// <summary>The registry's revision in the store, beside what this node enforces, for pages.</summary>
/// <param name="Revision">Revision of the store.</param>
/// <param name="Node">This node.</param>
/// <param name="InForce">Whether this node enforces the newest revision.</param>
/// <param name="Journal">State of the audit journal.</param>
/// <param name="Problems">Contradictions, and rows of a newer version.</param>
public sealed record HereReport(long Revision, NodeHealth Node, bool InForce, string Journal, IReadOnlyList<ProblemPointer> Problems);
