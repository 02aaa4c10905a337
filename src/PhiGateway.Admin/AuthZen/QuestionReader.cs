using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Reads questions out of a body: required members first, of the right kind, within bounds; what is not known is passed over, as the
/// standard demands.
/// </summary>
internal static class QuestionReader
{
    /// <summary>Most questions of one call.</summary>
    public const int MostQuestions = 100;

    // Names and ids are short; an object that is larger is no description of one thing.
    private const int MostText = 256;
    private const int MostMembers = 64;

    /// <summary>One question; members that it lacks are those of the defaults, each as a whole.</summary>
    public static Outcome<AccessQuestion> Read(JsonObject body, JsonObject? defaults = null)
    {
        if (Subject(body, defaults, needsId: true).Failed(out var problem, out var subject))
        {
            return problem;
        }

        if (Action(body, defaults).Failed(out problem, out var action))
        {
            return problem;
        }

        if (Resource(body, defaults, needsId: true).Failed(out problem, out var resource))
        {
            return problem;
        }

        return Context(body, defaults).Failed(out problem, out var context)
            ? problem
            : new AccessQuestion(subject, action, resource, context);
    }

    public static Outcome<AskedEntity> Subject(JsonObject body, JsonObject? defaults, bool needsId) =>
        Entity(body, defaults, "subject", needsId);

    public static Outcome<AskedEntity> Resource(JsonObject body, JsonObject? defaults, bool needsId) =>
        Entity(body, defaults, "resource", needsId);

    public static Outcome<AskedAction> Action(JsonObject body, JsonObject? defaults = null)
    {
        if (Object(body, defaults, "action").Failed(out var problem, out var action))
        {
            return problem;
        }

        if (Text(action, "name") is not { } name)
        {
            return Required("action.name");
        }

        return Properties(action, "action").Failed(out problem, out var properties) ? problem : new AskedAction(name, properties);
    }

    public static Outcome<JsonObject> Context(JsonObject body, JsonObject? defaults = null)
    {
        var holder = body.ContainsKey("context") || defaults is null ? body : defaults;
        return holder.ContainsKey("context") ? Bounded(holder["context"], "context") : new JsonObject();
    }

    private static Outcome<AskedEntity> Entity(JsonObject body, JsonObject? defaults, string name, bool needsId)
    {
        if (Object(body, defaults, name).Failed(out var problem, out var entity))
        {
            return problem;
        }

        if (Text(entity, "type") is not { } type)
        {
            return Required(name + ".type");
        }

        var id = needsId ? Text(entity, "id") : null;
        if (needsId && id is null)
        {
            return Required(name + ".id");
        }

        return Properties(entity, name).Failed(out problem, out var properties) ? problem : new AskedEntity(type, id, properties);
    }

    private static Outcome<JsonObject> Object(JsonObject body, JsonObject? defaults, string name)
    {
        var holder = body.ContainsKey(name) || defaults is null ? body : defaults;
        return holder.ContainsKey(name) ? Bounded(holder[name], name) : Required(name);
    }

    private static Outcome<JsonObject> Properties(JsonObject entity, string name) =>
        entity.ContainsKey("properties") ? Bounded(entity["properties"], name + ".properties") : new JsonObject();

    private static Outcome<JsonObject> Bounded(JsonNode? node, string name)
    {
        if (node is not JsonObject found)
        {
            return AdminProblem.Malformed($"{name} must be an object.");
        }

        return found.Count > MostMembers ? AdminProblem.Malformed($"{name} has more than {MostMembers} members.") : found;
    }

    // Null: absent, of another kind, empty or too long.
    private static string? Text(JsonObject entity, string member) =>
        entity[member] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length is > 0 and <= MostText ? text : null;

    private static AdminProblem Required(string name) => AdminProblem.Malformed($"{name} is required: a text or an object, not empty.");
}
