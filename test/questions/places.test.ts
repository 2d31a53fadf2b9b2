import { describe, expect, it, test } from 'vitest'
import { namedInCompound, placesIn, shortPlace } from '../../src/questions/places.ts'

describe('places a text names', () => {
  test.each([
    ['大走廊管委会、西湖区、余杭区、临安区和市直有关部门', ['西湖区', '余杭区', '临安区']],
    ['主动接轨上海', ['上海']],
    ['浙江省杭州市余杭区', ['浙江省', '杭州市', '余杭区']],
    ['宁波呢', ['宁波']],
    ['日本的研发投入强度', ['日本']],
    ['香港和澳门', ['香港', '澳门']],
  ])('%s', (text, expected) => expect(placesIn(text)).toEqual(expected))

  it('a county is named with its suffix only: 和平区 is a place, 和平 a word', () => {
    expect(placesIn('和平区')).toEqual(['和平区'])
    expect(placesIn('和平与发展')).toEqual([])
  })

  it('a road that has the name of a city is not that city', () => {
    expect(placesIn('湖滨步行街、延安路商业街等高品质特色街区')).toEqual([])
    expect(placesIn('杭州路网')).toEqual(['杭州'])
  })

  it('the country of all documents is no condition', () => expect(placesIn('中国式现代化')).toEqual([]))
})

describe('compounds', () => {
  it('杭甬 names 宁波 beside 杭州', () => {
    expect(namedInCompound('持续唱好杭甬“双城记”', '宁波', ['杭州'])).toBe(true)
    expect(namedInCompound('持续唱好杭甬“双城记”', '温州', ['杭州'])).toBe(false)
    expect(namedInCompound('持续唱好杭甬“双城记”', '宁波', ['上海'])).toBe(false)
  })
})

test.each([
  ['浙江省', '浙江'],
  ['杭州市', '杭州'],
  ['余杭区', '余杭区'],
  ['广西壮族自治区', '广西'],
  ['内蒙古自治区', '内蒙古'],
  ['西藏自治区', '西藏'],
  ['新疆维吾尔自治区', '新疆'],
  ['湘西土家族苗族自治州', '湘西'],
])('%s → %s', (name, short) => expect(shortPlace(name)).toBe(short))
