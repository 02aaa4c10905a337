using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Console;

/// <summary>
/// Makes the models of components out of their types: full, with one text in every place that can hold text and one item in every list, or
/// empty, with nothing in whatever can be without something.
/// </summary>
internal sealed class ModelMaker(string text, bool isFull)
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly NullabilityInfoContext _nullability = new();
    private readonly HashSet<Type> _within = [];

    /// <summary>One value of a type.</summary>
    public object? Make(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return isFull ? Make(inner) : null;
        }

        if (Simple(type) is { } simple)
        {
            return simple;
        }

        if (type.IsArray)
        {
            return List(type.GetElementType()!);
        }

        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type))
        {
            return Collection(type);
        }

        if (type.IsAbstract)
        {
            type = type.Assembly.GetTypes().First(candidate => !candidate.IsAbstract && type.IsAssignableFrom(candidate));
        }

        // Something that holds its own kind ends there.
        if (!_within.Add(type))
        {
            return null;
        }

        try
        {
            return Object(type);
        }
        finally
        {
            _within.Remove(type);
        }
    }

    private object? Simple(Type type) =>
        type switch
        {
            _ when type == typeof(string) || type == typeof(object) => isFull ? text : string.Empty,
            _ when type == typeof(bool) => isFull,
            _ when type == typeof(DateTimeOffset) => Noon,
            _ when type == typeof(DateOnly) => new DateOnly(2026, 5, 1),
            _ when type == typeof(TimeOnly) => new TimeOnly(12, 0),
            _ when type == typeof(TimeSpan) => TimeSpan.FromMinutes(5),
            _ when type == typeof(Guid) => isFull ? Guid.Parse("0199a000-0000-7000-8000-000000000001") : Guid.Empty,
            _ when type == typeof(Type) => typeof(PhiGateway.Console.SignIn.SignedOutPage),
            _ when type == typeof(Uri) => new Uri("https://example.org"),
            _ when type == typeof(JsonElement) => JsonSerializer.SerializeToElement(text),
            _ when type == typeof(JsonObject) || type == typeof(JsonNode) => new JsonObject { [text] = text },
            _ when type == typeof(JsonArray) => new JsonArray(),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(0),
            _ when type.IsPrimitive || type == typeof(decimal) => Convert.ChangeType(isFull ? 3 : 0, type),
            _ => null,
        };

    private object? Collection(Type type)
    {
        var parts = type.GetGenericArguments();
        if (parts.Length == 2)
        {
            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(parts))!;
            if (isFull && Make(parts[0]) is { } key)
            {
                map[key] = Make(parts[1]);
            }

            return map;
        }

        var list = List(parts[0]);
        return type.Name.Contains("Set", StringComparison.Ordinal)
            ? Activator.CreateInstance(typeof(HashSet<>).MakeGenericType(parts), list)
            : list;
    }

    private Array List(Type item)
    {
        var made = isFull ? Make(item) : null;
        var list = Array.CreateInstance(item, made is null ? 0 : 1);
        if (made is not null)
        {
            list.SetValue(made, 0);
        }

        return list;
    }

    private object Object(Type type)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = type.GetConstructors(Any)
            .Where(candidate => candidate.GetParameters() is not [{ } only] || only.ParameterType != type)
            .MaxBy(static candidate => candidate.GetParameters().Length);
        var made = constructor is null
            ? Activator.CreateInstance(type)!
            : constructor.Invoke([
                .. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType, _nullability.Create(parameter))),
            ]);
        foreach (var property in type.GetProperties().Where(static property => property.SetMethod is not null))
        {
            if (isFull || property.IsDefined(typeof(RequiredMemberAttribute)))
            {
                if (constructor?.GetParameters().Any(parameter => parameter.Name == property.Name) != true)
                {
                    property.SetValue(made, Of(property.PropertyType, _nullability.Create(property)));
                }
            }
        }

        return made;
    }

    private object? Of(Type type, NullabilityInfo info) => !isFull && info.WriteState == NullabilityState.Nullable ? null : Make(type);
}
