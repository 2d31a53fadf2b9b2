/** A document whose every version can be told by its words. */
export const VERSIONED = '版本.txt'

export function textOfVersion(version: number): string {
  return `关于版本的通知\n一、现行版本\n现行文本为版本${version}。自第${version}日起施行。\n二、实施\n各单位执行版本${version}的规定，编号为K${version}号。\n`
}
