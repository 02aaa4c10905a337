using System.Text.Json.Nodes;

namespace PhiGateway.Admin.AuthZen;

/// <summary>One question as it was sent: may this subject do this to this resource? Read by <see cref="QuestionReader"/>. PHI.</summary>
/// <param name="Subject">Who.</param>
/// <param name="Action">What.</param>
/// <param name="Resource">To what.</param>
/// <param name="Context">Circumstances; empty when none were told.</param>
internal sealed record AccessQuestion(AskedEntity Subject, AskedAction Action, AskedEntity Resource, JsonObject Context);

/// <summary>A subject or a resource.</summary>
/// <param name="Type">Its type, in the words of who asks.</param>
/// <param name="Id">Its id; null for what a search looks for.</param>
/// <param name="Properties">What is told of it.</param>
internal sealed record AskedEntity(string Type, string? Id, JsonObject Properties);

/// <summary>An action.</summary>
/// <param name="Name">Its name, in the words of who asks.</param>
/// <param name="Properties">What is told of it.</param>
internal sealed record AskedAction(string Name, JsonObject Properties);

/// <summary>The answer to one question.</summary>
/// <param name="Permit">Whether it may.</param>
/// <param name="Reason">Code of why not; null for a permit.</param>
/// <param name="Text">The same for people; null where there is nothing to add.</param>
internal sealed record AccessAnswer(bool Permit, string? Reason = null, string? Text = null)
{
    /// <summary>What only may leave of the resource; null: all of it.</summary>
    public KeptElements? Kept { get; init; }

    /// <summary>The registered client that the subject stands for; null: none.</summary>
    public string? Client { get; init; }

    /// <summary>Patients whom the question names, by ids of this server. PHI.</summary>
    public IReadOnlyList<string> Patients { get; init; } = [];

    /// <summary>Status of an error that belongs to this one question; null: it was answered.</summary>
    public int? Error { get; init; }
}

/// <summary>Minimum necessary: what whoever asks must keep of the resource, and mask in it.</summary>
/// <param name="Elements">Top-level elements that may leave; empty: all.</param>
/// <param name="Masks">Paths of which only the fact may leave that there is a value.</param>
internal sealed record KeptElements(IReadOnlyList<string> Elements, IReadOnlyList<string> Masks);

/// <summary>What one call was answered.</summary>
/// <param name="Answers">In the order of the questions.</param>
/// <param name="IsMany">Whether they stand in a list.</param>
internal sealed record Evaluated(IReadOnlyList<AccessAnswer> Answers, bool IsMany);

/// <summary>A page of what a search found.</summary>
/// <param name="Names">Ids, or names of actions, in their order.</param>
/// <param name="Type">Type of every one; null for actions.</param>
/// <param name="Next">Token of the next page; empty: there is none.</param>
internal sealed record FoundPage(IReadOnlyList<string> Names, string? Type, string Next);
