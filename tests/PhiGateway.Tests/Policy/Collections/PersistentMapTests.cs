using PhiGateway.Policy.Collections;
using Xunit;

namespace PhiGateway.Tests.Policy.Collections;

public sealed class PersistentMapTests
{
    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(2, 50)]
    [InlineData(3, 3)]
    public void Editor_RandomChanges_BehavesLikeADictionary(int seed, int hashes)
    {
        var random = new Random(seed);
        var model = new Dictionary<Key, int>();
        var editor = new PersistentMapEditor<Key, int>();
        var published = new List<(PersistentMap<Key, int> Map, Dictionary<Key, int> Model)>();
        for (var step = 0; step < 5000; step++)
        {
            var number = random.Next(600);
            var key = new Key(number, number % hashes);
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(key), editor.Remove(key));
            }
            else
            {
                model[key] = step;
                editor.Set(key, step);
            }

            if (step % 250 == 0)
            {
                published.Add((editor.Publish(), new Dictionary<Key, int>(model)));
            }
        }

        published.Add((editor.Publish(), model));
        foreach (var (map, expected) in published)
        {
            Assert.Equal(expected.Count, map.Count);
            Assert.Equal(expected.OrderBy(static pair => pair.Key.Number), map.ToList().OrderBy(static pair => pair.Key.Number));
            Assert.All(
                Enumerable.Range(0, 600),
                number =>
                    Assert.Equal(
                        expected.TryGetValue(new Key(number, number % hashes), out var value) ? value : null,
                        map.TryGet(new Key(number, number % hashes), out var found) ? found : (int?)null
                    )
            );
        }
    }

    [Fact]
    public void Publish_NothingChanged_IsTheSameMap()
    {
        var editor = new PersistentMapEditor<string, int>();
        editor.Set("a", 1);
        var first = editor.Publish();
        editor.Remove("b");
        Assert.Same(first, editor.Publish());
    }

    private readonly record struct Key(int Number, int Hash)
    {
        public override int GetHashCode() => Hash * 31;
    }
}
